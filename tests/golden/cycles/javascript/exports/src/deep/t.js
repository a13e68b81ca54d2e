require('app/sub/s'), require('app/sub/none'), require('app/plain.js')
