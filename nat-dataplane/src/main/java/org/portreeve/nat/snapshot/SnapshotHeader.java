package org.portreeve.nat.snapshot;

/**
 * Whose snapshot it is and of when. Immutable.
 *
 * @param node the node's name, at most 255 octets of UTF-8
 * @param takenAtMillis the wall-clock time at which its durations count
 */
public record SnapshotHeader(String node, long takenAtMillis) {}
