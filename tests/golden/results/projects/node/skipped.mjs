import assert from "node:assert";
import { test } from "node:test";

test("good", () => {});
test("left out", { skip: "no network" }, () => {});
test("not yet", { todo: "bug 1" }, () => assert.fail("known"));
test("mended", { todo: true }, () => {});
