#[macro_use]
mod macros;
mod a;
mod b;
#[path = "odd/place.rs"]
mod c;
mod inline {
    pub mod nested;
    pub fn f() {}
}
