/**
 * The PCP client (RFC 6887 §8.1, §8.3, §8.5, §11.2, §11.4): a pure state machine for one request,
 * and a thin blocking shell on a plain UDP socket. For commands, tests, load tools and the UPnP
 * proxy. A client belongs to the thread that uses it, never to an event loop.
 */
package org.portreeve.pcp.client;
