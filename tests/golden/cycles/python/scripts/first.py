import second; import os
