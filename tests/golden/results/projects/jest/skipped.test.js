describe("outer", () => {
	it("good", () => {});
	it.skip("left out", () => {});
	it.todo("not yet");
	it.failing("known bug", () => expect(1).toBe(2));
});
