<?php
use PHPUnit\Framework\TestCase;

final class CrashTest extends TestCase
{
    public function testGood(): void
    {
        $this->assertTrue(true);
    }

    public function testCrash(): void
    {
        posix_kill(posix_getpid(), 11);
    }
}
