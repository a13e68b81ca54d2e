use my_core::y::y;
use crate::y::Y;
pub struct X;
