import os
from app.a import (
    A,
)
