use crate::user::User;
pub struct Type(pub Option<Box<User>>);
