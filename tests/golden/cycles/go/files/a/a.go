package a

import _ "example.com/files/b"
