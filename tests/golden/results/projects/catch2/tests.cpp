#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include <csignal>
#include <stdexcept>

TEST_CASE("good plain", "[pass]")
{
	CHECK(1 + 1 == 2);
}

TEST_CASE("good sections", "[pass]")
{
	SECTION("one & only")
	{
		CHECK(true);
	}
	SECTION("two")
	{
		CHECK(true);
	}
}

TEST_CASE("bad check", "[fails]")
{
	CHECK(1 == 2);
	CHECK(3 == 4);
}

TEST_CASE("bad throw", "[fails]")
{
	throw std::runtime_error("<boom>");
}

TEST_CASE("good beside", "[fails]")
{
	CHECK(true);
}

TEST_CASE("may fail", "[skipped][!mayfail]")
{
	CHECK(1 == 2);
}

TEST_CASE("good, too", "[skipped]")
{
	CHECK(true);
}

TEST_CASE("crash", "[crash]")
{
	raise(SIGSEGV);
}
