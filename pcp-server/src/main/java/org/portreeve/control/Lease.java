package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

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
     * Who may change a lease, and where to tell about it.
     *
     * @param nonce the proof of ownership
     * @param origin which protocol it was asked by
     * @param clientIp where the last request came from
     * @param clientPort its UDP port, 0 when unknown
     * @param description what the owner calls it, sanitised; empty for none
     */
    record Owner(
            Nonce nonce, LeaseOrigin origin, int clientIp, int clientPort, String description) {
        /**
         * The owner once a command has changed the lease. NAT-PMP has neither a nonce nor a name to
         * leave, so it renews for whoever opened the port.
         */
        Owner after(MapCommand command) {
            return command.origin() == LeaseOrigin.NAT_PMP && origin != LeaseOrigin.NAT_PMP
                    ? this
                    : of(command);
        }

        static Owner of(MapCommand command) {
            return new Owner(
                    command.nonce(),
                    command.origin(),
                    command.clientIp(),
                    command.clientPort(),
                    command.description());
        }
    }
}
