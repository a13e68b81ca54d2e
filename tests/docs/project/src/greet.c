#include <stdio.h>

int main(int argc, char **argv)
{
	/* TODO: greet several people */
	printf("Hello, %s\n", argc > 1 ? argv[1] : "world");
	return 0;
}
