package org.portreeve.control.view;

/** A port block changed hands. Immutable. */
public sealed interface BlockEvent {
    /** The block and whose it is or was. */
    BlockView block();

    /** A subscriber has it from now on, and will be found again after a power cut. */
    record Leased(BlockView block) implements BlockEvent {}

    /** It went back to the pool. */
    record Released(BlockView block) implements BlockEvent {}
}
