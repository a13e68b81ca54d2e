import shape

print(shape.area("square", 3), shape.Box(2).grow(1))
