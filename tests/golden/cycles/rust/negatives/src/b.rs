use crate::a::A;
/// use crate::c::C;
pub struct B;
