//! use crate::none;
mod a;
mod b;
pub mod deep;
