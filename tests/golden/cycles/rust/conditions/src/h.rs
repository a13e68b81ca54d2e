use crate::g::G;
pub struct H;
