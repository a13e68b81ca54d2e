import pytest


@pytest.mark.skip(reason="no network")
def test_skip():
    pass


@pytest.mark.xfail(reason="bug 1")
def test_expected():
    assert False


@pytest.mark.xfail(reason="mended")
def test_unexpected():
    pass


@pytest.mark.xfail(strict=True, reason="has to fail")
def test_strict():
    pass


def test_good():
    pass
