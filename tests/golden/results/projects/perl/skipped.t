use strict;
use warnings;
use Test::More tests => 6;

ok(1, 'good');
SKIP: {
	skip 'no network', 2;
	ok(0, 'never');
	ok(0, 'never');
}
TODO: {
	local $TODO = 'bug 1';
	ok(0, 'still wrong');
	ok(1, 'mended');
}
subtest 'all of it' => sub {
	plan skip_all => 'no display';
};
