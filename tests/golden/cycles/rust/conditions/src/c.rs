#[cfg(any(test, windows))]
use crate::d::D;
pub struct C;
