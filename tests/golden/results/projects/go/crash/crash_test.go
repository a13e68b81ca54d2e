package crash

import "testing"

func TestAGood(t *testing.T) {}

func TestBPanic(t *testing.T) {
	var p *int
	*p = 1
}

func TestCAfter(t *testing.T) {}
