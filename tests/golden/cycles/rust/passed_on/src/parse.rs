use crate::Error;
pub struct Parser(pub Option<Box<Error>>);
