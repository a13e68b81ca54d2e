import { describe, it, expect } from "vitest";
describe("outer", () => {
	it("good", () => {});
	it.skip("left out", () => {});
	it.todo("not yet");
	it.fails("known bug", () => expect(1).toBe(2));
});
