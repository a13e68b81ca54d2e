package a

import _ "example.com/two/b"
import _ "example.com/three/c"
