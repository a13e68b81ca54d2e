package one

import _ "example.com/two/b"
