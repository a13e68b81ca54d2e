mod error;
mod parse;
pub use error::Error;
pub use parse::Parser;
