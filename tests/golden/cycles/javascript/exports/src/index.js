import x from '#x'
