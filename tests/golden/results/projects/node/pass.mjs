import { describe, it, test } from "node:test";

test("plain # hash", () => {});
describe("outer", () => {
	it("talks", () => console.log("not ok 1 - nothing"));
	describe("inner <&>", () => {
		it("deep é", () => {});
	});
});
test("with parts", async (t) => {
	await t.test("part", () => {});
});
