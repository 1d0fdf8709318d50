package org.portreeve.control;

import java.util.Collection;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Streams over parts of trees, of which only the first few are wanted. Pure; any thread. */
final class Uncounted {
    private Uncounted() {}

    /**
     * A stream in the order of the collection. The collection's own one asks for its size first,
     * and a part of a {@link java.util.TreeMap} counts itself by walking through all of it.
     */
    static <E> Stream<E> stream(Collection<E> part) {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(part.iterator(), Spliterator.ORDERED), false);
    }
}
