#ifndef SHAPE_H
#define SHAPE_H

enum shape { SHAPE_LINE, SHAPE_SQUARE, SHAPE_CIRCLE };

int shape_area(enum shape s, int size);
int shape_sides(enum shape s);

static inline int shape_is_round(enum shape s)
{
	return s == SHAPE_CIRCLE;
}

#endif
