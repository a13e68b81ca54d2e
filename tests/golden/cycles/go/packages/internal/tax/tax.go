// import "example.com/shop/none"
package tax

import (
	"strings"
	`example.com/shop/cart`
)

const text = `
import "example.com/shop/price"
`

func Tax(x int) int { return cart.New() + len(strings.TrimSpace(text)) }
