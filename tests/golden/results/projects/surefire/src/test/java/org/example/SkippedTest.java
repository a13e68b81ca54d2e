package org.example;

import org.junit.Assume;
import org.junit.Ignore;
import org.junit.Test;

public class SkippedTest {
    @Test
    public void good() {}

    @Ignore("no network")
    @Test
    public void leftOut() {}

    @Test
    public void assumption() {
        Assume.assumeTrue("no display", false);
    }
}
