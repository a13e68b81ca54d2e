#![cfg_attr(test, allow(dead_code))]
use crate::a::A;
pub struct B;
