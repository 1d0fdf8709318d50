/**
 * Kills the node under load and judges what it had acknowledged. The load and the record live in a
 * process of their own; the judge is a pure reader of the record. One caller's thread.
 */
package org.portreeve.testkit.kills;
