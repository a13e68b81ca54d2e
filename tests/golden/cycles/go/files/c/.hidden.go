package c

import _ "example.com/files/gone"
