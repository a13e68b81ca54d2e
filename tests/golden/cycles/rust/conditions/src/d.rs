use crate::c::C;
pub struct D;
