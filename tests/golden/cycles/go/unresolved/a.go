package m

import (
	_ "example.com/m/gone"
	_ "example.com/m/client/sub"
	_ "example.com/m/internal/pb"
	_ "example.com/mm/x"
	_ "github.com/pkg/errors"
	_ "gone"
)
