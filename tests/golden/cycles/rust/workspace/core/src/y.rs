use crate::x::X;
pub fn y() -> X { X }
