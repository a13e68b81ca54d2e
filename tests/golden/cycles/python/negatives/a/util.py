import base
