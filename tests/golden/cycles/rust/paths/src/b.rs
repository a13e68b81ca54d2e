use crate::Renamed;
pub struct B(pub Option<Box<Renamed>>);
