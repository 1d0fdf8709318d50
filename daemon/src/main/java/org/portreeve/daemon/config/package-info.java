/**
 * The configuration: one table of keys, a reader that reports every fault at once, and the
 * immutable records the node is built from. Pure but for reading the file. Any thread.
 */
package org.portreeve.daemon.config;
