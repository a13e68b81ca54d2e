use super::*;
pub struct X(pub Option<Box<Y>>);
