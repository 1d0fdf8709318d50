/**
 * The UPnP gateway device as a whole: SSDP, SOAP and events, interworking to port control. Any
 * thread may start and stop it; it runs on a loop of its own.
 */
package org.portreeve.upnp;
