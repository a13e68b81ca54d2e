use super::Outer;
pub struct Inner;
