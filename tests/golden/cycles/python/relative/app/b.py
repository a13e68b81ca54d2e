from . import c


class B:
    pass
