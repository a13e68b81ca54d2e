module example.com/m

require (
	example.com/m/client v1.2.3 // apart
	github.com/pkg/errors v0.9.1
)
