pub struct One;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::two::Two;
}
