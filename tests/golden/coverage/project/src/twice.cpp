#include <cstdio>

template <typename T>
T twice(T value)
{
	if (value > 100)
		return value;
	return value + value;
}

struct counter {
	int n = 0;
	void add(int by) { n += by; }
	void reset() { n = 0; }
};

int main()
{
	counter c;
	auto lambda = [&c](int by) {
		c.add(by);
	};

	lambda(twice(3));
	lambda(static_cast<int>(twice(2.5)));
	std::printf("%d\n", c.n);
	return 0;
}
