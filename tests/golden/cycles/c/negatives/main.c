#include "b.h"
#include "list.h"
#include "config.h"
int main(void) { return 0; }
