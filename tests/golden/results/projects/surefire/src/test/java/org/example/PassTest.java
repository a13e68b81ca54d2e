package org.example;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class PassTest {
    @Test
    public void plain() {
        assertEquals(2, 1 + 1);
    }

    @Test
    public void talks() {
        System.out.println("<failure> & ]]> nothing");
    }
}
