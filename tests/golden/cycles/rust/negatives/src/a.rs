use std::io;
use serde::b::B;
pub(in crate::b) struct Hidden;
pub struct A;
mod own {
    use super::A;
    use self::super::A as Again;
}
