use crate::e::E;
pub struct F;
