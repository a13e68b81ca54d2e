import { test } from "node:test";

test("good", () => {});
test("slow", { timeout: 50 }, () => new Promise((done) => setTimeout(done, 60000).unref()));
