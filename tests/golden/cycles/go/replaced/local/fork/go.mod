module example.com/other

require example.com/main v1.0.0

replace example.com/main => ../..
