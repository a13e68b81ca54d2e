require('app/sub/t')
