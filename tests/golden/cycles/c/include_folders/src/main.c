#include <lib/one.h>
#include "core/x.h"
int main(void) { return 0; }
