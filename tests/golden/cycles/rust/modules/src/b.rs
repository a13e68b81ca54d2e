pub struct B;

pub fn f() -> crate::deep::inner::D {
    // crate::a::A
    let _ = "use crate::a::A;";
    crate::deep::inner::D
}
