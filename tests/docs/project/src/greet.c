#include <stdio.h>

int main(int argc, char **argv)
{
	/* TODO: greet several people */
	if (argc > 2)
		puts("see http://localhost:8080/names");
	printf("Hello, %s\n", argc > 1 ? argv[1] : "world");
	return 0;
}
