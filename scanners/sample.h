// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SAMPLE_H
#define SCANNERS_SAMPLE_H

#include "base/buf.h"

/*
 * Examples of rules without a token in the rule file: {{class n}} stands for n bytes that
 * look drawn and are always the same. Classes: alnum, alpha, base32, base32up, base58,
 * base64, bech32, digits, hex, HEX, lower (with digits), upper (with digits), word (with
 * '_' and
 * '-'); {{lines n}} is n lines of Base64; {{uuid}}, {{jwt}}, {{jwt64}} (one in Base64),
 * {{bedrock}},
 * {{wif}}, {{xprv}} (keys of Bitcoin with a right checksum) are whole values; {{raw
 * 00ff}} is the bytes of these small hexadecimal digits, for files that are no text.
 * Anything else in braces stays as it is.
 */
void scan_sample_expand(struct span text, struct buf *out);

#endif
