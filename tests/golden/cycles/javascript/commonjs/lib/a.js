'use strict'
var b = require('./b'), path = require('path')
module.exports = { b: b }
