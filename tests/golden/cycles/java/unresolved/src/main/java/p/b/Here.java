package p.b;


public class Here {}
