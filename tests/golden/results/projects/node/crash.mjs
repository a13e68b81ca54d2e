import { test } from "node:test";

test("good", () => {});
test("crash", () => process.abort());
