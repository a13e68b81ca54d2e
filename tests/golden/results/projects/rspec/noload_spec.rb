raise "cannot load"
