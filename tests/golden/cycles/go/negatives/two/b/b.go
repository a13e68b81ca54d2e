package b

import _ "x/a"
