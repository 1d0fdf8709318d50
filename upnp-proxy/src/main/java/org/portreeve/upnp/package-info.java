/**
 * The UPnP gateway device: SSDP, SOAP and events, interworking to port control. Empty until UPnP is
 * served. Event loop only.
 */
package org.portreeve.upnp;
