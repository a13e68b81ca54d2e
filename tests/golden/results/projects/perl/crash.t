use strict;
use warnings;
use Test::More tests => 3;

$| = 1;
ok(1, 'good');
kill 'SEGV', $$;
ok(1, 'never');
