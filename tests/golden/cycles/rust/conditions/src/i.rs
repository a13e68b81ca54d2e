mod tests {
    #![cfg(test)]
    use crate::j::J;
}
pub struct I;
