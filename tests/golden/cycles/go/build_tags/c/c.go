//go:build linux

package c

import _ "m/d"
