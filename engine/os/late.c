// SPDX-License-Identifier: Apache-2.0
#include "os/late.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static enum err_code fail(const struct late_library *l, struct err *err)
{
	const char *why = dlerror();

	return err_set(err, ERR_UNSUPPORTED,
	               "this needs the library %s, which cannot be loaded: %s", l->soname,
	               why != NULL ? why : "no reason given");
}

/* POSIX has pointers to functions fit into those to objects; C has no cast for it. */
static enum err_code find(const struct late_library *l, void *library, struct err *err)
{
	char *calls = l->calls;

	for (size_t i = 0; i < l->count; i++) {
		void *call = dlsym(library, l->names[i]);

		if (call == NULL)
			return fail(l, err);
		memcpy(calls + i * sizeof(call), &call, sizeof(call));
	}
	return ERR_OK;
}

enum err_code late_load(struct late_library *l, struct err *err)
{
	enum err_code rc = ERR_OK;
	void *library;

	(void)pthread_mutex_lock(&lock);
	if (!l->loaded) {
		library = dlopen(l->soname, RTLD_NOW | RTLD_LOCAL);
		rc = library == NULL ? fail(l, err) : find(l, library, err);
		l->loaded = rc == ERR_OK;
		if (library != NULL && rc != ERR_OK)
			(void)dlclose(library);
	}
	(void)pthread_mutex_unlock(&lock);
	return rc;
}
