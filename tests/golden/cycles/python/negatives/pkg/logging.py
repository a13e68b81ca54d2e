from .models import Model
import logging
