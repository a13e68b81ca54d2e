let runs = 0;
describe("outer", function () {
	this.retries(2);
	it("second time", () => {
		if (++runs < 2) throw new Error("first");
	});
	it("never", () => {
		throw new Error("never");
	});
	it("good", () => {});
});
