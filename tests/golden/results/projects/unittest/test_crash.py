import os
import unittest


class Crash(unittest.TestCase):
    def test_a_good(self):
        pass

    def test_b_abort(self):
        os.abort()

    def test_c_after(self):
        pass
