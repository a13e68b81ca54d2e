describe("outer", () => {
	it("plain", () => {});
	describe("inner <&>", () => {
		it("deep é", () => console.log("not ok 1 - nothing"));
	});
});
