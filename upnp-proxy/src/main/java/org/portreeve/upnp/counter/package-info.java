/** What the UPnP gateway counts. Any thread may count and read. */
package org.portreeve.upnp.counter;
