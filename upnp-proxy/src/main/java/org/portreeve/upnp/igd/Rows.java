package org.portreeve.upnp.igd;

import java.util.List;
import java.util.Optional;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;

/**
 * The mappings that a caller may know of. Immutable.
 *
 * @param own its own, in the order in which port control lists them
 * @param others those of other hosts of its subscriber; version 1 knows of none
 */
record Rows(List<MappingView> own, List<MappingView> others) {
    /** Takes copies. */
    Rows {
        own = List.copyOf(own);
        others = List.copyOf(others);
    }

    /** A host's own mappings, and all of its subscriber. */
    static Rows of(int callerIp, List<MappingView> own, List<MappingView> all) {
        return new Rows(
                own, all.stream().filter(row -> row.internal().internalIp() != callerIp).toList());
    }

    /** The caller's own mapping at an external port. */
    Optional<MappingView> ownAt(int protocol, long externalPort) {
        return own.stream().filter(row -> isAt(row, protocol, externalPort)).findFirst();
    }

    /** The caller's own mapping of an internal tuple. */
    Optional<MappingView> ownOf(InternalTuple internal) {
        return own.stream().filter(row -> row.internal().equals(internal)).findFirst();
    }

    /** The mapping of another host of the subscriber at an external port. */
    Optional<MappingView> otherAt(int protocol, long externalPort) {
        return others.stream().filter(row -> isAt(row, protocol, externalPort)).findFirst();
    }

    private static boolean isAt(MappingView row, int protocol, long externalPort) {
        return row.internal().protocol() == protocol && row.externalPort() == externalPort;
    }
}
