<?php
use PHPUnit\Framework\TestCase;

final class FailsTest extends TestCase
{
    public function testGood(): void
    {
        $this->assertTrue(true);
    }

    public function testBad(): void
    {
        $this->assertSame(1, 2, 'one is not <two>');
    }

    public function testError(): void
    {
        throw new RuntimeException('boom');
    }
}
