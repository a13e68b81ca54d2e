from ns.one import a
