package e

import _ "example.com/files/f"
