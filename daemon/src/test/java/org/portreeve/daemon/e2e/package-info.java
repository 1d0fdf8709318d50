/**
 * The product as its users meet it: started as a process, in network namespaces, with real packets.
 * Needs root (or an unprivileged user namespace) and the programs that the launcher names. Test
 * thread only.
 */
package org.portreeve.daemon.e2e;
