use crate::r#type::Type;
pub struct User(pub Option<Box<Type>>);
