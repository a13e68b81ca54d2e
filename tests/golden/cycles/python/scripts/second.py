try:
    import first
except ImportError:
    first = None
