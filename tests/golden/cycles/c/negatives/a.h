#ifndef A_H
#define A_H
/*
#include "b.h"
*/
// #include "b.h"
static const char *text = "\
#include \"b.h\"";
#endif
