const { test } = require("@playwright/test");

test("good", () => {});
test("slow", async () => {
	test.setTimeout(500);
	await new Promise(() => {});
});
