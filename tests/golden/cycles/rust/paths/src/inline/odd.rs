use super::deep::Deep;
pub struct Odd(pub Deep);
