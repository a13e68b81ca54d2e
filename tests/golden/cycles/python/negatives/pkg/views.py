from .api import go
x = "import pkg.api"; y = 'from .api import go'
