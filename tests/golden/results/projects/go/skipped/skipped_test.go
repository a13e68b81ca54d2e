package skipped

import "testing"

func TestGood(t *testing.T) {}

func TestSkip(t *testing.T) { t.Skip("no network") }
