const { test, expect } = require("@playwright/test");

test("second time", ({}, info) => expect(info.retry).toBe(1));
test("never", () => expect(1).toBe(2));
test("good", () => {});
