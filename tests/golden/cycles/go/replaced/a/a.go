package a

import _ "example.com/fork/b"
