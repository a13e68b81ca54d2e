const test = require("tape");

test("some", (t) => {
	t.ok(true, "good");
	t.skip("no network");
	t.end();
});
test("later", { todo: true }, (t) => {
	t.ok(false, "known");
	t.end();
});
test.skip("left out", (t) => t.end());
