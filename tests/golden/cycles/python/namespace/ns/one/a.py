import ns.two.b
