package b

import "m/a"

func B() int { return a.A() }
