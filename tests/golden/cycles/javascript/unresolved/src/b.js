try { require('./maybe') } catch (e) {}
function f() { return require('./later') }
if (x) { require('./cond') }
