/**
 * The rows of a shard: sessions, mappings and subscribers, off-heap, sized at start. Owned by the
 * shard thread; nothing here decides.
 */
package org.portreeve.nat.table;
