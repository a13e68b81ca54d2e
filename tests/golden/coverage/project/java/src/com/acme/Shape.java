package com.acme;

public final class Shape {
	private final int size;

	public Shape(int size) {
		this.size = size;
	}

	public int area(boolean round) {
		if (round) {
			return 3 * size * size;
		}
		return size * size;
	}

	public int sides(boolean round) {
		return round ? 1 : 4;
	}

	public Runnable later() {
		return () -> System.out.println(size);
	}
}
