package org.portreeve.control;

import java.util.Optional;

/**
 * A session that a PEER keeps, with its owner's proof and deadline (RFC 6887 §12.3). What it says
 * is durable: another takes its place once the journal has the change. Owned by {@link PeerBook};
 * event loop only.
 */
final class PeerLease {
    /** Its slot in the book, which owns this. */
    int slot = Slots.NONE;

    final PeerTuple peer;
    final Subscriber subscriber;
    final int addressIndex;
    final int externalPort;
    private final Owner owner;
    private final long deadlineNs;
    private boolean recording;

    PeerLease(
            PeerTuple peer,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            Owner owner,
            long deadlineNs) {
        this.peer = peer;
        this.subscriber = subscriber;
        this.addressIndex = addressIndex;
        this.externalPort = externalPort;
        this.owner = owner;
        this.deadlineNs = deadlineNs;
    }

    long deadlineNs() {
        return deadlineNs;
    }

    Owner owner() {
        return owner;
    }

    /** Whether a change of it is on its way into the journal. */
    boolean isRecording() {
        return recording;
    }

    void recording(boolean recording) {
        this.recording = recording;
    }

    /** The remaining lifetime, begun seconds counted whole. */
    long remainingSeconds(long nowNs) {
        return Durations.secondsUp(deadlineNs - nowNs);
    }

    /**
     * Who may change it, and where to tell about it.
     *
     * @param nonce the proof of ownership
     * @param clientIp where the last request came from
     * @param clientPort its UDP port
     * @param description what the owner calls it, sanitised; empty for none
     */
    record Owner(Nonce nonce, int clientIp, int clientPort, String description) {
        /** The owner once a command has made the lease, or changed what there was before. */
        static Owner of(PeerCommand command, Optional<PeerLease> before) {
            String kept = before.map(b -> b.owner.description).orElse(Description.NONE);
            return new Owner(
                    command.nonce(),
                    command.clientIp(),
                    command.clientPort(),
                    command.describes() ? command.description() : kept);
        }
    }
}
