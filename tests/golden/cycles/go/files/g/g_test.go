package g

import (
	. "example.com/files/h"
)
