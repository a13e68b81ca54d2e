try:
    from .fast import f
except ImportError:
    from .slow import f
if True:
    from .cond import g
