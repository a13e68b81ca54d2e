package shape

import "testing"

func TestArea(t *testing.T) {
	if Area("square", 3) != 9 {
		t.Fatal("area")
	}
}
