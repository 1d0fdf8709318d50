/**
 * What happens in a node, told to exporters and alarms: the kinds, how full is too full, and the
 * rings that carry events from the shard thread to one reader thread.
 */
package org.portreeve.nat.event;
