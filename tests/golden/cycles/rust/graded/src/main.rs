mod one;
mod two;
mod three;
mod four;
mod outer;

fn main() {}
