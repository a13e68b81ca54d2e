const test = require("tape");

test("good", (t) => {
	t.ok(true, "good");
	t.end();
});
test("crash", () => process.abort());
