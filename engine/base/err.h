// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Errors. A fallible function returns an err_code and takes `struct err *` last; the
 * caller owns that struct, usually on its stack, so that running out of memory can be
 * reported too. NULL is allowed where nobody reads the text. The message reads outermost
 * context first and ends with the cause; when space runs out the context is cut, never
 * the cause.
 */

enum err_code {
	ERR_OK = 0,
	ERR_NOT_FOUND, /* the named thing does not exist */
	ERR_EXISTS,    /* it exists and must not */
	ERR_CORRUPT,   /* input does not have the form it claims */
	ERR_AUTH,      /* wrong password, key, signature or permission */
	ERR_LOCKED,    /* somebody else holds it */
	ERR_IO,        /* the system refused; os_code has errno */
	ERR_LIMIT,     /* a named maximum was reached */
	ERR_NOMEM,
	ERR_CANCELLED, /* the cancel token was set */
	ERR_TIMEOUT,
	ERR_USAGE,       /* the user's request or policy is wrong */
	ERR_UNSUPPORTED, /* correct, but this build or machine cannot */
};

struct err {
	enum err_code code;
	int os_code; /* errno at the fault, 0 if none */
	char msg[512];
};

#define ERR_INIT              \
	{                     \
		ERR_OK, 0, "" \
	}

/* Every fallible function is marked so; ignoring a result needs a (void) and a reason. */
#define ERR_CHECKED __attribute__((warn_unused_result))

/* States the fault where it is found. Returns `code`. */
enum err_code err_set(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * States a failed system call from errno; call it in the statement after the call. The
 * code is ERR_NOT_FOUND for ENOENT and ENOTDIR, ERR_EXISTS for EEXIST, ERR_AUTH for
 * EACCES and EPERM, ERR_NOMEM for ENOMEM, ERR_TIMEOUT for ETIMEDOUT, else ERR_IO. The
 * message is "what: strerror".
 */
enum err_code err_sys(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Prefixes context ("context: cause") on the way up and sets the code. Returns `code`. */
enum err_code err_wrap(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ERR_NOMEM with a fixed text. */
enum err_code err_nomem(struct err *err);

/* Stable lower-case name of a code, for logs and JSON. */
const char *err_name(enum err_code code);

#endif
