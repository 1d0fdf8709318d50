/**
 * The unit of ownership: one thread with its addresses, tables, timers and counters, and the
 * bounded ways in and out. Commands come from the port-control thread.
 */
package org.portreeve.nat.shard;
