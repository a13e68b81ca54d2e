import unittest


class Broken(unittest.TestCase):
    def test_error(self):
        raise RuntimeError("boom")

    def test_fail(self):
        self.assertEqual(1, 2)

    def test_good(self):
        pass

    def test_parts(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertNotEqual(i, 1)


class NoSetUp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("class set-up")

    def test_never(self):
        pass
