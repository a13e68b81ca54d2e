//go:build ignore

package main

import _ "m/f"
