import pytest


@pytest.fixture
def broken():
    raise RuntimeError("set-up is broken")


@pytest.fixture
def leaky():
    yield 1
    raise RuntimeError("tear-down is broken")


def test_good():
    pass


def test_bad():
    assert 1 == 2, "one is not <two> & never was"


def test_set_up(broken):
    pass


def test_tear_down(leaky):
    assert leaky == 1
