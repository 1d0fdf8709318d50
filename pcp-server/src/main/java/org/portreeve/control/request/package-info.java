/**
 * The last requests of each subscriber and what they were told, so that somebody can say why a port
 * was not opened. In memory, bounded; event loop only, but for entries, which are immutable.
 */
package org.portreeve.control.request;
