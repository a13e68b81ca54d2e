import { describe, it, expect } from "vitest";
let runs = 0;
describe("outer", () => {
	it("second time", { retry: 2 }, () => expect(++runs).toBe(2));
	it("never", { retry: 2 }, () => expect(1).toBe(2));
	it("good", () => {});
});
