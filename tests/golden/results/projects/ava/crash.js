import test from "ava";

test("good", (t) => t.pass());
test("crash", async () => {
	process.exit(3);
});
