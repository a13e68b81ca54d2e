use strict;
use warnings;
