pub struct G;

#[test]
fn works() {
    let _ = crate::h::H;
}
