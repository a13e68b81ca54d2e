'use strict';

const { area, Box } = require('./shape.js');

console.log(area('square', 3), new Box(2).grow(1));
