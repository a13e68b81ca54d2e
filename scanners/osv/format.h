// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_FORMAT_H
#define SCANNERS_OSV_FORMAT_H

/*
 * The index file, all numbers little endian.
 *
 *   header    0 magic[8]  8 format u32  12 zero u32  16 file size u64
 *            24 created i64 ms  32 newest `modified` i64 ms  40 records u32
 *            44 withdrawn u32  48 rejected u32  52 doubled u32  56 bad ranges u32
 *            60 zero u32  64 sections: offset u64, length u64, in the order below
 *           192 SHA-256 of all behind the header  224 SHA-256 of the 224 bytes before
 *   names       hash u64, key, first affected, count, zero: u32 each. Sorted by hash.
 *   affected    record, ecosystem, first interval, count, first version, count: u32
 *   intervals   from, to, text of to, end | order << 8: u32
 *   versions    key (0: none), text: u32
 *   records     id, summary, first alias, count, severity, zero: u32; modified i64 ms
 *   aliases     text: u32
 *   ecosystems  name without suffix, packages: u32
 *   strings     length as varint, bytes. Others name them by their offset; 0 is "".
 *
 * A name's key is its ecosystem without suffix, a NUL and the name as that ecosystem
 * compares names; its hash is the first 8 bytes of the key's SHA-256.
 */

#define OSV_MAGIC "SWOSVDB\n"

enum {
	OSV_FORMAT = 1,
	OSV_HEADER = 256,
	OSV_SECTIONS_AT = 64,
	OSV_DATA_DIGEST_AT = 192,
	OSV_HEADER_DIGEST_AT = 224,
};

enum osv_section {
	OSV_NAMES,
	OSV_AFFECTED,
	OSV_INTERVALS,
	OSV_VERSIONS,
	OSV_RECORDS,
	OSV_ALIASES,
	OSV_ECOSYSTEMS,
	OSV_STRINGS,
};
#define OSV_SECTIONS 8

/* Bytes of a row; strings have none. */
enum {
	OSV_NAME_ROW = 24,
	OSV_AFFECTED_ROW = 24,
	OSV_INTERVAL_ROW = 16,
	OSV_VERSION_ROW = 8,
	OSV_RECORD_ROW = 32,
	OSV_ALIAS_ROW = 4,
	OSV_ECOSYSTEM_ROW = 8,
};

#endif
