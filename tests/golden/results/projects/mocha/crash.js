describe("outer", () => {
	it("good", () => {});
	it("crash", () => process.abort());
	it("after", () => {});
});
