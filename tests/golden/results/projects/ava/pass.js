import test from "ava";

test("plain", (t) => t.is(1 + 1, 2));
test("other é", (t) => t.pass());
