#pragma once
#include "d.h"
