macro_rules! m {
    ($x:ident) => { mod $x; use crate::a::A; use $crate::b::B; };
}
