#ifndef SELF_TWICE
#define SELF_TWICE
#include "self.h"
#endif
