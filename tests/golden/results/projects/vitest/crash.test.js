import { describe, it, expect } from "vitest";
describe("outer", () => {
	it("good", () => {});
	it("crash", () => process.exit(3));
});
