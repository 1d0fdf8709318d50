package org.portreeve.control.view;

/** A change of what {@link MappingView} shows. Immutable. */
public sealed interface MappingEvent {
    /** The mapping as it is now, or as it was last. */
    MappingView mapping();

    /** It was made. */
    record Made(MappingView mapping) implements MappingEvent {}

    /** Its lifetime, owner or description changed. */
    record Changed(MappingView mapping) implements MappingEvent {}

    /** It ended. */
    record Ended(MappingView mapping, Cause cause) implements MappingEvent {}

    /** Why a mapping ended. */
    enum Cause {
        /** Its lifetime was over. */
        EXPIRED,
        /** Its owner asked. */
        DELETED,
        /** Staff dropped it, or released the address, or a reservation took its place. */
        STAFF
    }
}
