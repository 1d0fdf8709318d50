package org.portreeve.admin.page.part;

import java.util.Optional;

/**
 * Where in a longer list a page is. Immutable.
 *
 * @param text which part of how many
 * @param previous the address of the part before, if any
 * @param next the address of the part after, if any
 */
public record Pager(String text, Optional<String> previous, Optional<String> next) {
    /**
     * The place of a part.
     *
     * @param address the list's address with its conditions, ending in {@code ?} or {@code &}
     * @param shown how many this part holds
     * @param size how many a part may hold
     */
    public static Pager of(String address, int offset, int shown, int total, int size) {
        String text =
                shown == 0
                        ? "None of " + Words.count(total)
                        : Words.count(offset + 1L)
                                + "–"
                                + Words.count((long) offset + shown)
                                + " of "
                                + Words.count(total);
        Optional<String> previous =
                offset > 0
                        ? Optional.of(address + "offset=" + Math.max(0, offset - size))
                        : Optional.empty();
        Optional<String> next =
                offset + shown < total && shown > 0
                        ? Optional.of(address + "offset=" + (offset + shown))
                        : Optional.empty();
        return new Pager(text, previous, next);
    }
}
