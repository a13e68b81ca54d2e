use ::core::fmt::Debug as _;
mod a;
mod b;
mod core;
mod glob;
mod inline {
    pub mod deep;
    #[path = "odd.rs"]
    pub mod place;
}
mod other;
mod r#type;
mod user;
pub use a::A as Renamed;
pub struct Top;
