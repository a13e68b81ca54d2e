pub struct E;
#[cfg(all(test, unix))]
mod tests {
    use crate::f::F;
}
