from tests import fixtures
from shop import cart
