/**
 * Events to control points (UDA 1.0 §4), for each host what it may know. Loop of the gateway only.
 */
package org.portreeve.upnp.gena;
