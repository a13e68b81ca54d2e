#pragma once
#include "a.h"
#include "x.h"
