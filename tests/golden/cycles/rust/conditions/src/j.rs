use crate::i::I;
pub struct J;
