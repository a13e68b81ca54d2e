import lib
from lib import run
