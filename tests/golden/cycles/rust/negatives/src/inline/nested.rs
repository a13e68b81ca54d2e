use crate::b;
use super::f;
