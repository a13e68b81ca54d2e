package p.two;

import p.one.lower.in;

public class Two {
	in x;
}
