#[cfg(windows)]
use crate::four::Four;
pub struct Three;
