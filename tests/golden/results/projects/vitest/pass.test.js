import { describe, it, expect } from "vitest";
describe("outer", () => {
	it("plain", () => expect(1 + 1).toBe(2));
	describe("inner <&>", () => {
		it.each([1, 2])("number %i é", (n) => expect(n).toBeGreaterThan(0));
	});
});
