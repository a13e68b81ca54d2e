import unittest


class Sums(unittest.TestCase):
    def test_one(self):
        """A line of its own
        and another."""
        self.assertEqual(1 + 1, 2)

    def test_output(self):
        print("FAIL: not a result")
        self.assertTrue(True)
