/**
 * What a planned restart keeps of the translator, and how it stands in a file: mappings with their
 * sessions, and what rests. Rows and their octets only; who reads them from tables and puts them
 * back is {@code nat.shard}, who opens the file is the daemon. One thread at a time; a reader that
 * was checked may be shared by shards, each with a cursor of its own.
 */
package org.portreeve.nat.snapshot;
