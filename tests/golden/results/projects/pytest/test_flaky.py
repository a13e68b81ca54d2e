import os

import pytest

COUNT = os.environ["COUNT_FILE"]


@pytest.mark.flaky(reruns=2)
def test_second_time():
    with open(COUNT, "a", encoding="utf-8") as f:
        f.write("x")
    assert os.path.getsize(COUNT) > 1


@pytest.mark.flaky(reruns=2)
def test_never():
    assert False, "never"


def test_good():
    pass
