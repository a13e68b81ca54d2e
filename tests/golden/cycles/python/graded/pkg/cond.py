import sys
if sys.platform == "win32":
    from .win import x
