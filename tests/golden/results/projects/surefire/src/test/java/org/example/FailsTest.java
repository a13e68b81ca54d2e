package org.example;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class FailsTest {
    @Test
    public void good() {}

    @Test
    public void bad() {
        assertEquals("one is not <two>", 1, 2);
    }

    @Test
    public void error() {
        throw new IllegalStateException("boom");
    }
}
