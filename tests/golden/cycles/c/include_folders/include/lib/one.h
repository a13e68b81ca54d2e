#pragma once
#include <lib/two.h>
