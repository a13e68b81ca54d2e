use super::x::X;
pub struct Y(pub Option<Box<X>>);
