/**
 * The parameters of deterministic pools and since when they hold, kept so that a port of long ago
 * is looked up with those of then. Main thread.
 */
package org.portreeve.daemon.ranges;
