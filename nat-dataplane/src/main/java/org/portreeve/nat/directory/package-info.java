/**
 * Which external addresses there are, who is paired with which, and what it may have. One writer,
 * read by every shard.
 */
package org.portreeve.nat.directory;
