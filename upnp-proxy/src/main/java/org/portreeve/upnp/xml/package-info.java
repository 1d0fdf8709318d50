/** Reads XML of control points without doing what it says. Any thread. */
package org.portreeve.upnp.xml;
