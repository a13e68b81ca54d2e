use crate::inline::deep::Deep;
pub struct Other(pub Option<Box<Deep>>);

mod inner {
    #[path = "place.rs"]
    mod place;
}
