import ns.one.a
