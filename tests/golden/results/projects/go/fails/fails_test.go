package fails

import "testing"

func TestGood(t *testing.T) {}

func TestBad(t *testing.T) { t.Errorf("got %q, want %q", "<a>", "b") }

func TestParts(t *testing.T) {
	t.Run("good", func(t *testing.T) {})
	t.Run("bad", func(t *testing.T) { t.Fatal("no") })
}
