/* in front */ package b; import _ `example.com/files/a`
