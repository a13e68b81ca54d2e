import test from "ava";

test("good", (t) => t.pass());
test.skip("left out", (t) => t.pass());
test.todo("not yet");
test.failing("known bug", (t) => t.fail());
