import json
import logging
from .json import dump


class Model: ...
