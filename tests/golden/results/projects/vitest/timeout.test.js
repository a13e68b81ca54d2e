import { describe, it, expect } from "vitest";
describe("outer", () => {
	it("good", () => {});
	it("slow", () => new Promise(() => {}), 50);
});
