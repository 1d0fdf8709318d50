/** Who is paired with which external address. One writer, read by every shard. */
package org.portreeve.nat.directory;
