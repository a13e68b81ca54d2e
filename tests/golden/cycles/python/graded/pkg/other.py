from .typed import f


class Other: ...
