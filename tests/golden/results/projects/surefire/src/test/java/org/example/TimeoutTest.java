package org.example;

import org.junit.Test;

public class TimeoutTest {
    @Test
    public void good() {}

    @Test(timeout = 50)
    public void slow() throws InterruptedException {
        Thread.sleep(60000);
    }
}
