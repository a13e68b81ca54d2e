package x

import _ "example.com/m/lost"
