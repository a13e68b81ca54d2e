package p.a;

import p.b.Gone;
import p.b.Gone.Inner;
import static p.b.Lost.x;
import p.b.*;
import p.c.Other;
import p.b.A_;
import p.b.DaggerThing;
import p.a.Same;
import p.b.Here;

public class A {}
