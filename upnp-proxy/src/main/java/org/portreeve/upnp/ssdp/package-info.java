/**
 * Discovery (UDA 1.1 §1): reads searches, limits them, answers and announces. What decides is pure;
 * {@link org.portreeve.upnp.ssdp.SsdpService} is for the loop of the gateway only.
 */
package org.portreeve.upnp.ssdp;
