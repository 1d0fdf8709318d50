/**
 * Everything that speaks to Linux: system calls through {@code java.lang.foreign}, TUN devices, and
 * the routes that lead packets to them. A port belongs to its shard thread; the rest is for the
 * thread that starts and stops the node.
 */
package org.portreeve.nat.io.linux;
