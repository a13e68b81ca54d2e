#pragma once
#include "a.h"
struct c { int x; };
