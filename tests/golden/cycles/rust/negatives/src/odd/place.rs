use crate::b::B;
use crate::inline::f;
pub struct C;
