#ifndef B_H
#define B_H
#include "c.h"
struct b { int x; };
#endif
