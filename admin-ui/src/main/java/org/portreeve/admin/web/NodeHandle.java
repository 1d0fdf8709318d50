package org.portreeve.admin.web;

import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * What staff ask of the node as a whole. Immutable; both may be called from any thread and do not
 * block.
 *
 * @param configuration the value of every key that is in force, by its path
 * @param announce tells hosts on the inside links the external address again (RFC 6886 §3.2.1)
 */
public record NodeHandle(Supplier<SortedMap<String, String>> configuration, Runnable announce) {}
