# SPDX-License-Identifier: Apache-2.0
# cmake -DFROM=file -DTO=file.inc -P embed.cmake: the bytes as numbers of a C array.
file(READ "${FROM}" hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE "${TO}" "${bytes}\n")
