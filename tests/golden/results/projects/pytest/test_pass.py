import pytest


def test_plain():
    assert 1 + 1 == 2


@pytest.mark.parametrize("text", ["a b", "c[d]", "<&>", "é"])
def test_parameters(text):
    assert text


class TestGroup:
    def test_method(self):
        print("ok 1 - not a result\nFAILED nothing.py::at_all")
