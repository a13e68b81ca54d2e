#pragma once
#include "a.h"
#define INCLUDE "a.h"
#include INCLUDE
