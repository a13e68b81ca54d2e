const { test, expect } = require("@playwright/test");

test("a page has its title", async ({ page }) => {
	await page.setContent("<title>tiny</title>");
	await expect(page).toHaveTitle("tiny");
});
test.describe("outer <&>", () => {
	test("plain é", () => {});
});
