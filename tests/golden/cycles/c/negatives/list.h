#pragma once
#define ENTRY(x) x,
enum list {
#include "list.def"
};
#undef ENTRY
