<?php
use PHPUnit\Framework\TestCase;

final class SkippedTest extends TestCase
{
    public function testGood(): void
    {
        $this->assertTrue(true);
    }

    public function testSkip(): void
    {
        $this->markTestSkipped('no network');
    }

    public function testIncomplete(): void
    {
        $this->markTestIncomplete('not yet');
    }

    public function testRisky(): void
    {
    }
}
