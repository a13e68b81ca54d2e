module example.com/one
