from ..api import go
from .. import models
