import { describe, it, expect } from "vitest";
describe("outer", () => {
	it("good", () => {});
	it("bad", () => expect(1).toBe(2));
});
