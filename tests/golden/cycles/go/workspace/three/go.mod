module example.com/three
