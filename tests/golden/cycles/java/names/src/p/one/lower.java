package p.one;

import p.two.*;

public class lower {
	Two t;

	public static class in {
	}
}
