#pragma once
# include "one.h"
