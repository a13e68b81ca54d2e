from .api import go
from .models import Model
