import lib.core
from lib import util
