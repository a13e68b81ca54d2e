package shapes

import "example.com/acme/shapes/shape"

// Use calls both.
func Use() int {
	return shape.Sides("square") + shape.Sides("circle")
}
