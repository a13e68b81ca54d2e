mod inner;
pub use inner::Inner;
pub struct Outer;
