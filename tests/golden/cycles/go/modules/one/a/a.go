package a

import _ "example.com/two/b"
