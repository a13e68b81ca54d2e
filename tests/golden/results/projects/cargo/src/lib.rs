//! ```
//! assert_eq!(1 + 1, 2);
//! ```

#[cfg(all(test, not(feature = "empty")))]
mod tests {
    #[test]
    fn good() {}

    #[test]
    fn a_talker() {
        println!("test nothing ... FAILED");
    }

    #[test]
    #[should_panic(expected = "as it should")]
    fn panics() {
        panic!("as it should");
    }

    #[cfg(feature = "fails")]
    #[test]
    fn bad() {
        assert_eq!(1, 2, "one is not two");
    }

    #[cfg(feature = "fails")]
    #[test]
    #[should_panic]
    fn does_not_panic() {}

    #[cfg(feature = "skipped")]
    #[test]
    #[ignore = "no network"]
    fn left_out() {}

    #[cfg(feature = "crash")]
    #[test]
    fn crash() {
        std::process::abort();
    }
}
