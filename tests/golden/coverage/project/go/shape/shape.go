package shape

// Area of a shape.
func Area(kind string, size int) int {
	if kind == "square" {
		return size * size
	}
	area := 3
	for i := 0; i < 2; i++ {
		area *= size
	}
	return area
}

// Sides of a shape.
func Sides(kind string) int {
	if kind == "square" {
		return 4
	}
	return 1
}
