package a_test

import (
	"testing"

	"m/a"
	"m/b"
)

func TestA(t *testing.T) { _ = a.A() + b.B() }
