/** Docs. import com.app.none.X; */
@Deprecated(since = "1; import x.Y;")
package com.app;
