/**
 * A subscriber who wishes the others ill: what it sends, and what that costs it. Runs as a process
 * of its own; one thread.
 */
package org.portreeve.testkit.hostile;
