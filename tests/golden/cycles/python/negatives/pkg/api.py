from . import models

# from . import views
text = """
from pkg import views
import pkg.views
"""


def go(): ...
