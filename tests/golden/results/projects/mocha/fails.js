describe("outer", () => {
	it("good", () => {});
	it("bad", () => {
		throw new Error("one is not <two>");
	});
	describe("hooks", () => {
		before(() => {
			throw new Error("set-up");
		});
		it("never", () => {});
	});
});
