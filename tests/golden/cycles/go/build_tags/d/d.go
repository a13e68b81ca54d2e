package d

import _ "m/c"
