import time

import pytest


def test_good():
    pass


@pytest.mark.timeout(1)
def test_slow():
    time.sleep(30)
