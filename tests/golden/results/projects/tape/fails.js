const test = require("tape");

test("mixed", (t) => {
	t.ok(true, "good");
	t.equal(1, 2, "bad");
	t.end();
});
