package d

import "m/c"

func D() int { return c.C() }
