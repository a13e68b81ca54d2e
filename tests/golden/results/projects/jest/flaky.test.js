let runs = 0;
jest.retryTimes(2);
describe("outer", () => {
	it("second time", () => expect(++runs).toBe(2));
	it("never", () => expect(1).toBe(2));
	it("good", () => {});
});
