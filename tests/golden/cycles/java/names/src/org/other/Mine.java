package org.other;

public class Mine {
}
