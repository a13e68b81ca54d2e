// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_KEY_STORE_H
#define SCANNERS_KEY_STORE_H

#include "base/span.h"

/*
 * Files that hold private keys and are no text: PKCS#12 (.p12, .pfx), and the key stores
 * of Java (JKS, JCEKS). They are known by how they begin, whatever they are called. Of a
 * store of Java that holds nothing but certificates nothing is said; PKCS#12 encrypts
 * what tells them apart.
 */

/* "PKCS#12 key store", ..; NULL for anything else. `head` may be all of a file, or its
 * beginning. */
const char *scan_key_store(struct span head);

#endif
