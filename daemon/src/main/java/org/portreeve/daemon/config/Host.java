package org.portreeve.daemon.config;

/**
 * What sizes marked {@code auto} follow. Immutable.
 *
 * @param cores processors that this program may use
 * @param memoryBytes physical memory
 */
public record Host(int cores, long memoryBytes) {}
