module.exports = {
	testDir: ".",
	retries: process.env.SCENARIO === "flaky" ? 2 : 0,
	timeout: 15000,
	workers: 1,
	use: {
		browserName: "chromium",
		launchOptions: { executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] },
	},
};
