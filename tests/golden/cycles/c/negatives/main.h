#pragma once
#include <string.h>
#include "generated.h"
#include "zlib.h"
