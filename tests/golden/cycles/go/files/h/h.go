package h

import (
	"fmt"
	x "example.com/files/g"
)
