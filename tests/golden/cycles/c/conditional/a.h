#ifndef A_H
#define A_H
#ifdef WITH_B
#include "b.h"
#endif
#endif
