from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .other import Other
else:
    import json


def f(x: "Other"): ...
