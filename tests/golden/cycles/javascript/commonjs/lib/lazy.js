exports.load = () => require('./eager')
