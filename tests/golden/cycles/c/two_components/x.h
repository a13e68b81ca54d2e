#pragma once
#include "y.h"
