describe("outer", () => {
	it("good", () => {});
	it("slow", function (done) {
		this.timeout(50);
	});
});
