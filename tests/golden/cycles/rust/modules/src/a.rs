use crate::b::{self, B as Other};
use std::fmt::{self, Debug};

pub struct A;
