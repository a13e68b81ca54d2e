import test from "ava";

test("good", (t) => t.pass());
test("slow", (t) => {
	t.timeout(100);
	return new Promise((done) => setTimeout(done, 5000));
});
