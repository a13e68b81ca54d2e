mod x;
mod y;
pub use x::*;
pub use y::*;
