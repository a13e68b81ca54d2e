use crate::one::One;
pub struct Two;
