use super::three::Three;
pub struct Four;
