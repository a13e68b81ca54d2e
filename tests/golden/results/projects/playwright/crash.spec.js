const { test } = require("@playwright/test");

test("good", () => {});
test("crash", () => process.exit(3));
