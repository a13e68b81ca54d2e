from .native import n
from .dyn.made import z
from ...beyond import b
