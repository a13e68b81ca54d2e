#pragma once
#include "b.h"
#include "c.h"
