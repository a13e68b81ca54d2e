module example.com/main

require example.com/fork v1.0.0

replace example.com/fork => ./local/fork
