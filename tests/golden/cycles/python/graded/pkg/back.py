import pkg.runtime as r
