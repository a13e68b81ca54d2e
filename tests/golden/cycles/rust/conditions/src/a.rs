#[cfg(not(test))]
use crate::b::B;
pub struct A;
