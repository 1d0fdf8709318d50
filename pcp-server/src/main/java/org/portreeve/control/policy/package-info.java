/**
 * Who the subscribers are and what each may have: immutable values, checked where they are read.
 * Any thread.
 */
package org.portreeve.control.policy;
