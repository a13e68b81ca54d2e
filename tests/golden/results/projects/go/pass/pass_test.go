package pass

import (
	"fmt"
	"testing"
)

func TestPlain(t *testing.T) {
	fmt.Println("FAIL\texample.org/nothing [build failed]")
	fmt.Print("no newline at the end")
}

func TestParts(t *testing.T) {
	for _, name := range []string{"a b", "c/d", "é"} {
		t.Run(name, func(t *testing.T) { t.Parallel() })
	}
}

func ExampleHello() {
	fmt.Println("hello")
	// Output: hello
}
