from ..models import Model
