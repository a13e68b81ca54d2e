import unittest


class Later(unittest.TestCase):
    @unittest.skip("no network")
    def test_skip(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.fail("known")

    def test_good(self):
        pass


class Unexpected(unittest.TestCase):
    @unittest.expectedFailure
    def test_mended(self):
        pass
