package price

import "C"
import . "example.com/shop/internal/tax"
import _ "example.com/shop/api/v1"

func Of(x int) int { return Tax(x) }
