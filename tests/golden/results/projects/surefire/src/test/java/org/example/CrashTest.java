package org.example;

import org.junit.Test;

public class CrashTest {
    @Test
    public void crash() {
        Runtime.getRuntime().halt(3);
    }
}
