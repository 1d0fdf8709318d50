/** Metrics and health over HTTP, for monitoring. Own event loop; reads published counters only. */
package org.portreeve.daemon.metrics;
