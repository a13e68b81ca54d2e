module example.com/two/one
