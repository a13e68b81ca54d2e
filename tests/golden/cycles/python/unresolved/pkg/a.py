from .missing import x
from . import whatever
import pkg.absent
from pkg.sub.lost import y
from ._version import version
from .schema_pb2 import Message
import requests.adapters
from yaml import load
