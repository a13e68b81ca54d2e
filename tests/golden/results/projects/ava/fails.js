import test from "ava";

test("good", (t) => t.pass());
test("bad", (t) => t.is(1, 2));
