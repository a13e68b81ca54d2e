use crate::Parser;
pub struct Error(pub Option<Box<Parser>>);
