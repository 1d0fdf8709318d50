/**
 * What the actions of an InternetGatewayDevice mean for port control (RFC 6970): decisions on
 * values, without HTTP, XML or sockets. Loop of the gateway only.
 */
package org.portreeve.upnp.igd;
