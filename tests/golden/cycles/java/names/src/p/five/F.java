package p.five;

public class F {
}
