package b;

import a.Outer.Inner.Most;

public class Other { public static class Deep { public static int x; } }
