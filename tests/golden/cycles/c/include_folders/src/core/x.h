#pragma once
#include "util/y.h"
