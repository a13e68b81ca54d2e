package b;

import a.A;
import b.B;

public class BTest {}
