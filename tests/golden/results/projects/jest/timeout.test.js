describe("outer", () => {
	it("good", () => {});
	it("slow", () => new Promise(() => {}), 50);
});
