use crate::other::Other;
pub struct Place(pub Other);
