#include "shape.h"

#include <stdio.h>

static void never(void)
{
	puts("never");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 5)
		never();
	printf("%d\n", shape_area(SHAPE_SQUARE, 3));
	printf("%d\n", shape_area(SHAPE_LINE, 3));
	return 0;
}
