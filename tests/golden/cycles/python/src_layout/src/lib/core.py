from lib import helper
import lib.util


def run(): ...
