describe("outer", () => {
	it("good", () => {});
	it("crash", () => process.exit(3));
});
