package a;

import static b.Other.Deep.*;

public class Outer { public static class Inner { public static class Most {} } }
