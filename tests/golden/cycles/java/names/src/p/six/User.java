package p.six;

import org.other.Inject;
import org.other.Mine;

public class User {
	Mine m;
}
