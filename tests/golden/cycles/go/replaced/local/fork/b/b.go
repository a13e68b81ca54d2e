package b

import _ "example.com/main/a"
