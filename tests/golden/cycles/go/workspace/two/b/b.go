package b

import _ "example.com/one/a"
