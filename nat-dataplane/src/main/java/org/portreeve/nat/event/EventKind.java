package org.portreeve.nat.event;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of events that a node tells. Their names are part of the format of the event log. */
public enum EventKind {
    BLOCK_LEASED("A port block was chosen for a subscriber; its record is on its way"),
    BLOCK_ACTIVE("The record of a port block is kept; its subscriber uses its ports from now on"),
    BLOCK_RELEASED("A port block went back to the pool and rests"),
    BLOCK_REFUSED("A port block was given back unused because its record could not be kept"),
    BLOCK_UNRECORDED("A port block is used though its record is not kept yet, as configured"),
    MAPPING_MADE("A mapping began"),
    MAPPING_ENDED("A mapping ended; its port rests"),
    OVERLAP_MADE("A connection got a port that others share, towards its remote address alone"),
    OVERLAP_ENDED("A connection at a shared port ended"),
    PORT_QUOTA("A subscriber wanted a port beyond its quota, in all or of the protocol"),
    MAPPING_QUOTA("A subscriber wanted an explicit mapping beyond its quota"),
    SESSION_QUOTA("A session was refused because the subscriber is at its quota of sessions"),
    SESSION_RATE("A subscriber opens sessions faster than its quota allows"),
    INBOUND_QUOTA(
            "Outside hosts have all the sessions with a mapping, a subscriber or the node that a profile allows"),
    INBOUND_RATE(
            "Outside hosts open sessions on a mapping, or send to it, faster than its profile allows"),
    PAIRING_REFUSED("A host got no external address, and its packets were dropped"),
    PORTS_EXHAUSTED("A subscriber needed a port and its external address has none left for it"),
    TABLE_FULL("Something was refused because a table of the translator is full"),
    POOL_EXHAUSTED("The pool has nothing left to give"),
    USE_HIGH("Something is used up to its high mark; losses may follow"),
    USE_LOW("Something that was above its high mark is used less than its low mark again"),
    DRAIN_BEGUN("New subscribers do not get an external address any more"),
    DRAIN_ENDED("New subscribers may get an external address again"),
    SUBSCRIBER_DRAIN_BEGUN("A subscriber gets no new mapping any more"),
    SUBSCRIBER_DRAIN_ENDED("A subscriber may get mappings again"),
    ADDRESS_ADDED("An external address was added to the pool while the node runs"),
    ADDRESS_LEAVING("An external address leaves the pool when nothing uses it any more"),
    ADDRESS_GONE("Nothing used an external address any more; it is not in the pool now"),
    RECORDS_FAILING("The journal does not keep records; look at its disk"),
    RECORDS_RESTORED("The journal keeps records again"),
    JOURNAL_LOST("The journal was lost; ports of before rest, and their owners are told"),
    LAST_TUPLES_LOST(
            "The journal and the last tuples are lost; former ports may be given to others at once");

    private static final EventKind[] ALL = values();

    private final String help;

    EventKind(String help) {
        this.help = help;
    }

    /** What an operator should conclude. */
    public String help() {
        return help;
    }

    /** Its name in configuration and event log, such as {@code block-leased}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind of a name. */
    public static Optional<EventKind> of(String word) {
        return Arrays.stream(ALL).filter(kind -> kind.word().equals(word)).findFirst();
    }

    /**
     * Whether it is told whatever the configuration says: an operator must see it, or nothing else
     * tells who had a port.
     */
    public boolean isTold() {
        return switch (this) {
            case RECORDS_FAILING, RECORDS_RESTORED, JOURNAL_LOST, LAST_TUPLES_LOST -> true;
            default -> isOverlap();
        };
    }

    /** Whether it is the record of a connection at a shared port. */
    public boolean isOverlap() {
        return this == OVERLAP_MADE || this == OVERLAP_ENDED;
    }

    /**
     * Whether it is told unless the configuration says otherwise: with port blocks, one event for
     * each mapping is a flood that says little.
     */
    public boolean isUsual() {
        return this != MAPPING_MADE && this != MAPPING_ENDED;
    }

    /** The code of a kind in rings and sets. */
    @SuppressWarnings("EnumOrdinal") // The codes never leave the process.
    public int code() {
        return ordinal();
    }

    static EventKind ofCode(int code) {
        return ALL[code];
    }
}
