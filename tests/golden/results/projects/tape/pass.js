const test = require("tape");

test("plain", (t) => {
	t.equal(1 + 1, 2, "sum");
	t.ok(true, "a # hash");
	t.end();
});
