/**
 * What a profile lets its subscribers and the hosts outside do: limits, mapping and filtering.
 * Immutable values, compiled once for the packet path. Any thread.
 */
package org.portreeve.nat.rules;
