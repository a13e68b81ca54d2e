package cart

import p "example.com/shop/price"

func New() int { return p.Of(1) }
