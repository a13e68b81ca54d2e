x = 1
from . import cond
