#include "shape.h"

static int square(int size)
{
	if (size < 0)
		return 0;
	return size * size;
}

int shape_area(enum shape s, int size)
{
	switch (s) {
	case SHAPE_LINE:
		return 0;
	case SHAPE_SQUARE:
		return square(size);
	case SHAPE_CIRCLE:
		return 3 * square(size);
	}
	return -1;
}

int shape_sides(enum shape s)
{
	int sides = s == SHAPE_SQUARE ? 4 : 1;

	for (int i = 0; i < 3 && shape_is_round(s); i++)
		sides--;
	return sides;
}
