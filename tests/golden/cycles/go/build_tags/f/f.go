package f

import _ "m/e"
