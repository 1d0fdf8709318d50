package org.portreeve.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the conformance rows that a test observes, for example {@code @Conformance("PCP-MAP-012")}.
 * A tag on a test that would pass on code breaking the rule is a defect. {@code
 * docs/CONFORMANCE.md} is made from these tags.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Conformance {
    /** The row IDs, as the conformance tables spell them. */
    String[] value();
}
