/** import p.none.X; */
@Mark(value = "a;b")
package p.five;

import p.six.Mark;
