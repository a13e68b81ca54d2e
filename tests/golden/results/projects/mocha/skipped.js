describe("outer", () => {
	it("good", () => {});
	it.skip("left out", () => {});
	it("not yet");
});
