go.mod
module example.org/m

go 1.21
toolchain go1.21rc2
require golang.org/x/net v0.16.0
require (
	a.org/b v1.2.3 // indirect
	c.org/d v1.0.0 // a remark
	e.org/f v1.0.0
)
replace c.org/d => g.org/h v2.0.0
replace e.org/f v1.0.0 => ../f
