package c

import (
	"testing"

	"m/d"
)

func TestC(t *testing.T) { _ = d.D() }
