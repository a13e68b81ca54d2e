package c

import _ "example.com/one/a"
