package com.acme;

public final class Main {
	private Main() {
	}

	public static void main(String[] args) {
		System.out.println(new Shape(3).area(false));
	}
}
