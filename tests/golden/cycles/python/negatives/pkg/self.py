import pkg.self
from pkg import self
