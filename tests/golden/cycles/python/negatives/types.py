import pkg.json
