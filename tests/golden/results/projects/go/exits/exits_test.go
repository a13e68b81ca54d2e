package exits

import (
	"os"
	"testing"
)

func TestAGood(t *testing.T) {}

func TestBExit(t *testing.T) { os.Exit(3) }
