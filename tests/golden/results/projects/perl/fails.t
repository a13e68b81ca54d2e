use strict;
use warnings;
use Test::More;

ok(1, 'good');
is(1, 2, 'bad');
subtest 'parts' => sub {
	ok(1, 'good part');
	ok(0, 'bad part');
	done_testing;
};
done_testing;
