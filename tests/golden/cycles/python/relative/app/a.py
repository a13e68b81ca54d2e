from .b import B


class A:
    pass
