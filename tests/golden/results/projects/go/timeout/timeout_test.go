package timeout

import (
	"testing"
	"time"
)

func TestAGood(t *testing.T) {}

func TestBSlow(t *testing.T) { time.Sleep(time.Minute) }
