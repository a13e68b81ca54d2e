/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over the files of a seed corpus, so that every build, not
 * only one with libFuzzer, keeps passing what fuzzing once found.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 20, NAME_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	static uint8_t input[INPUT_MAX];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL) {
		perror(path);
		return -1;
	}
	n = fread(input, 1, sizeof(input), f);
	if (ferror(f)) {
		perror(path);
		(void)fclose(f);
		return -1;
	}
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(input, n);
	return 0;
}

/* The number of files replayed, or -1. */
static int replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[NAME_BYTES];
	int count = 0;

	if (dir == NULL) {
		perror(folder);
		return -1;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >=
		            (int)sizeof(path) ||
		    replay_file(path) != 0) {
			count = -1;
			break;
		}
		count++;
	}
	(void)closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	int count;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return EXIT_FAILURE;
	}
	count = replay_folder(argv[1]);
	if (count < 0)
		return EXIT_FAILURE;
	if (count == 0) {
		(void)fprintf(stderr, "%s: an empty corpus tests nothing\n", argv[1]);
		return EXIT_FAILURE;
	}
	printf("%d inputs replayed\n", count);
	return EXIT_SUCCESS;
}
