package p.six;
;
import /* here */ p . five . F ;

public @interface Mark {
	String value() default "";
}
