/**
 * The shell of the PCP server: the transport, the sockets and the verticle that gives port control
 * its thread. Started by the daemon; everything else here runs on that one event loop.
 */
package org.portreeve.pcp.socket;
