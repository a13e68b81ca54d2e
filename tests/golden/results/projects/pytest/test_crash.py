import os


def test_good():
    pass


def test_abort():
    os.abort()


def test_after():
    pass
