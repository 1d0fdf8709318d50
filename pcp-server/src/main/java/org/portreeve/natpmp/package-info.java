/**
 * The NAT-PMP server's core: requests in, decisions by port control, answers out; no sockets, no
 * clock. Port-control thread only, but for reading counters.
 */
package org.portreeve.natpmp;
