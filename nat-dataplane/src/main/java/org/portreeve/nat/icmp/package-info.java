/**
 * ICMP errors: reading and rewriting the packet that one quotes, writing one of our own, and how
 * often. Decides no fate; the shard does. Shard thread.
 */
package org.portreeve.nat.icmp;
