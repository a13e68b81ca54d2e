mod gone;
mod here;
#[cfg(feature = "x")]
mod optional;
#[cfg(test)]
mod tests;
mod inline {
    mod lost;
}
macro_rules! m { () => { mod made; } }
cfg_if! {
    if #[cfg(unix)] {
        mod unix;
    }
}
