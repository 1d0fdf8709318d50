/**
 * Who is paired with which external address, and what it may have. One writer, read by every shard.
 */
package org.portreeve.nat.directory;
