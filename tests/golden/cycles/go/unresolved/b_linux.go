package m

import _ "example.com/m/linux"
