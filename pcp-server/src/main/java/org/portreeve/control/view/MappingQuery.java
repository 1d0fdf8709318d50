package org.portreeve.control.view;

import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which mappings are asked for; an empty condition holds for all. Immutable.
 *
 * @param subscriber its id, whole
 * @param internalIp the internal address
 * @param externalPort the external port
 * @param protocol 6 or 17
 * @param origins any of these; empty for all
 * @param text part of a subscriber's id, an address, a port or a description, whatever its case
 * @param offset matches to leave out first, in the order of internal address, protocol and port
 * @param limit matches to return at most, 1 to {@link #MAX_LIMIT}
 */
public record MappingQuery(
        Optional<String> subscriber,
        OptionalInt internalIp,
        OptionalInt externalPort,
        OptionalInt protocol,
        Set<MappingOrigin> origins,
        String text,
        int offset,
        int limit) {
    /** Mappings in one answer. */
    public static final int MAX_LIMIT = 1000;

    /** Takes a copy of the set. */
    public MappingQuery {
        origins = Set.copyOf(origins);
    }

    /** The first mappings of all. */
    public static MappingQuery all(int limit) {
        return new MappingQuery(
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                EnumSet.noneOf(MappingOrigin.class),
                "",
                0,
                limit);
    }

    /** All mappings of one internal address. */
    public static MappingQuery ofInternalIp(int internalIp) {
        return new MappingQuery(
                Optional.empty(),
                OptionalInt.of(internalIp),
                OptionalInt.empty(),
                OptionalInt.empty(),
                EnumSet.noneOf(MappingOrigin.class),
                "",
                0,
                MAX_LIMIT);
    }
}
