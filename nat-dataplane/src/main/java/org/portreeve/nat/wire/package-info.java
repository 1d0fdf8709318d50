/**
 * Octets of packets and their names: fields of headers over memory, and checksums. Decides nothing;
 * callers have checked lengths. Any thread.
 */
package org.portreeve.nat.wire;
