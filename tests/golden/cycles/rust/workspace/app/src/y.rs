use my_core::x;
pub struct Y;
