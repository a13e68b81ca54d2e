<?php
use PHPUnit\Framework\TestCase;

final class PassTest extends TestCase
{
    public function testPlain(): void
    {
        $this->assertSame(2, 1 + 1);
    }

    /** @dataProvider texts */
    public function testData(string $text): void
    {
        $this->assertNotEmpty($text);
    }

    public function texts(): array
    {
        return ['first' => ['a'], 'second <&>' => ['b']];
    }
}
