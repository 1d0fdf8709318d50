/**
 * Metrics and health over HTTP, for monitoring. Own event loop; reads published counters, and the
 * kernel's, only.
 */
package org.portreeve.daemon.metrics;
