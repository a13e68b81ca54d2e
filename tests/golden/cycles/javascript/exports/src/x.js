const s = `${require('app')}`
require.resolve('./nope1')
const r = /require('.\/nope2')/
