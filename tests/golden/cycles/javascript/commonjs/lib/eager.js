const lazy = require('./lazy')
