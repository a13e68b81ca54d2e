module example.com/acme/shapes

go 1.19
