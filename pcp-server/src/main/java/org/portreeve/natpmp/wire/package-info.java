/**
 * NAT-PMP on the wire: one reader from octets to records, one writer back (RFC 6886 §3). No
 * decisions beyond syntax, no sockets, no clock; everything is immutable or a pure function. Any
 * thread.
 */
package org.portreeve.natpmp.wire;
