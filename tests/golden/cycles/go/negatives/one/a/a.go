package a

import _ "x/b"
