import typing
if not typing.TYPE_CHECKING:
    import pkg.back
