package f

import _ "example.com/files/e"
