package d

import _ "example.com/files/c"
