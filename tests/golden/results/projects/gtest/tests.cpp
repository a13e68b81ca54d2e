#include <gtest/gtest.h>

#include <csignal>

TEST(Good, Plain)
{
	EXPECT_EQ(1 + 1, 2);
}

class Parameters : public testing::TestWithParam<int> {};
TEST_P(Parameters, Positive)
{
	EXPECT_GT(GetParam(), 0);
}
INSTANTIATE_TEST_SUITE_P(Some, Parameters, testing::Values(1, 2));

template <class T> class Typed : public testing::Test {};
using Types = testing::Types<int, char>;
TYPED_TEST_SUITE(Typed, Types);
TYPED_TEST(Typed, Small)
{
	EXPECT_LE(sizeof(TypeParam), 8u);
}

TEST(Fails, Twice)
{
	EXPECT_EQ(1, 2) << "one is not <two>";
	EXPECT_EQ(3, 4);
}
TEST(Fails, NotThis) {}

TEST(Skips, Skipped)
{
	GTEST_SKIP() << "no network";
}
TEST(Skips, DISABLED_Off) {}
TEST(Skips, NotThis) {}

TEST(Crashes, Good) {}
TEST(Crashes, Hard)
{
	raise(SIGSEGV);
}
