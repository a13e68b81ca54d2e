use super::super::a::A;

pub struct D;
