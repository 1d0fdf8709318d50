/**
 * The PCP server's core: datagrams in, decisions by port control, answers out; no sockets, no
 * clock. Port-control thread only, but for reading counters.
 */
package org.portreeve.pcp;
