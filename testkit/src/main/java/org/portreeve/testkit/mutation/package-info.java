/**
 * Breaks the lines that obey conformance rows, one at a time, and sees whether the tagged tests
 * notice. One thread.
 */
package org.portreeve.testkit.mutation;
