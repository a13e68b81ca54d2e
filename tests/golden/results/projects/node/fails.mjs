import assert from "node:assert";
import { describe, it, test } from "node:test";

test("good", () => {});
test("bad", () => assert.strictEqual(1, 2));
describe("outer", () => {
	it("good", () => {});
	it("bad", () => assert.fail("no <luck>"));
});
