use crate::other::Other;
pub struct Deep(pub Option<Box<Other>>);
