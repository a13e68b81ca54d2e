package org.example;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class FlakyTest {
    private static int runs = 0;
    private static int errors = 0;

    @Test
    public void secondTime() {
        assertEquals("first", 2, ++runs);
    }

    @Test
    public void errorFirst() {
        if (++errors == 1) {
            throw new IllegalStateException("only once");
        }
    }

    @Test
    public void never() {
        assertEquals(1, 2);
    }

    @Test
    public void good() {}
}
