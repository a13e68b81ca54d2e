module.exports = {
  get: function () { return 1 },
  a: require('./a'),
}
