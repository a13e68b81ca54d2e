#!/bin/sh
# usage: greet.sh PROGRAM; prints TAP
echo 'TAP version 14'
echo '1..2'
[ "$("$1")" = 'Hello, world' ] || printf 'not '
echo 'ok 1 - greets the world'
[ "$("$1" Ada)" = 'Hello, Ada' ] || printf 'not '
echo 'ok 2 - greets by name'
