#include "./gone.h"
#include "../lib/lost.h"
#include "plain.h"
#include "../lib/made.h"
#include "../build/out.h"
#ifdef HAVE_X
#include "../lib/absent.h"
#endif
#include "../config.h"
int a;
