use crate::b::B;
pub struct Core(pub B);
