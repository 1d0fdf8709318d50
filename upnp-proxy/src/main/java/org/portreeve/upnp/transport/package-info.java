/**
 * The stack's transports on Vert.x: HTTP with every limit, and no other way in. Loop of the gateway
 * unless a class says otherwise.
 */
package org.portreeve.upnp.transport;
