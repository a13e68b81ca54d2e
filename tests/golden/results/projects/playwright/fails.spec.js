const { test, expect } = require("@playwright/test");

test("good", () => {});
test("bad", () => expect(1).toBe(2));
