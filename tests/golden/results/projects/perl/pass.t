use strict;
use warnings;
use Test::More tests => 3;

ok(1, 'plain');
ok(1, 'a # hash and \\ backslash');
subtest 'parts' => sub {
	plan tests => 2;
	ok(1, 'one');
	subtest 'deeper' => sub {
		ok(1, 'two');
		done_testing;
	};
};
