#pragma once
#include <stdlib.h>
#include "main.h"
