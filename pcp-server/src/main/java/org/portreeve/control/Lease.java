package org.portreeve.control;

import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/**
 * A granted explicit mapping with its owner's proof and deadline (RFC 6887 §11.3, §15). What it
 * says is durable: it changes once the journal has the change. Owned by {@link LeaseBook}; event
 * loop only.
 */
final class Lease implements Booked {
    final InternalTuple internal;
    final Subscriber subscriber;
    final int addressIndex;
    final int externalPort;
    private final Place place = new Place();
    private Owner owner;
    private long deadlineNs;
    private boolean recording;

    Lease(
            InternalTuple internal,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            Owner owner,
            long deadlineNs) {
        this.internal = internal;
        this.subscriber = subscriber;
        this.addressIndex = addressIndex;
        this.externalPort = externalPort;
        this.owner = owner;
        this.deadlineNs = deadlineNs;
    }

    @Override
    public long deadlineNs() {
        return deadlineNs;
    }

    @Override
    public Place place() {
        return place;
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

    /** Takes what was made durable; {@link LeaseBook#changed} puts its timer right. */
    void change(Owner owner, long deadlineNs) {
        this.owner = owner;
        this.deadlineNs = deadlineNs;
    }

    /** The remaining lifetime, begun seconds counted whole. */
    long remainingSeconds(long nowNs) {
        return Durations.secondsUp(deadlineNs - nowNs);
    }

    /**
     * Who may change a lease, where to tell about it, and whom its owner lets in.
     *
     * @param nonce the proof of ownership
     * @param origin which protocol it was asked by
     * @param clientIp where the last request came from
     * @param clientPort its UDP port, 0 when unknown
     * @param description what the owner calls it, sanitised; empty for none
     * @param filters whom the owner lets in; empty for everybody
     */
    record Owner(
            Nonce nonce,
            LeaseOrigin origin,
            int clientIp,
            int clientPort,
            String description,
            List<PeerFilter> filters) {
        /** Takes a copy of the list. */
        Owner {
            filters = List.copyOf(filters);
        }

        /**
         * The owner once a command has changed the lease. NAT-PMP has neither a nonce nor a name to
         * leave, so it renews for whoever opened the port.
         */
        Owner after(MapCommand command) {
            return command.origin() == LeaseOrigin.NAT_PMP && origin != LeaseOrigin.NAT_PMP
                    ? this
                    : of(
                            command,
                            command.describes() ? command.description() : description,
                            filters);
        }

        /** The owner of a lease that a command makes. */
        static Owner of(MapCommand command) {
            return of(command, command.description(), List.of());
        }

        private static Owner of(
                MapCommand command, String description, List<PeerFilter> filtersBefore) {
            return new Owner(
                    command.nonce(),
                    command.origin(),
                    command.clientIp(),
                    command.clientPort(),
                    description,
                    command.filters().after(filtersBefore));
        }
    }
}
