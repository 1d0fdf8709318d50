package org.portreeve.control;

import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/**
 * A granted explicit mapping with its owner's proof and deadline (RFC 6887 §11.3, §15). What it
 * says is durable: it changes once the journal has the change. Owned by {@link LeaseBook}; event
 * loop only.
 */
final class Lease extends Booked {
    final InternalTuple internal;
    final Subscriber subscriber;
    final int addressIndex;
    final int externalPort;

    /** How many ports it has; {@code internal} and {@code externalPort} are the first. */
    final int size;

    private Owner owner;
    private long deadlineNs;
    private boolean recording;

    Lease(
            InternalTuple internal,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            int size,
            Owner owner,
            long deadlineNs) {
        this.internal = internal;
        this.subscriber = subscriber;
        this.addressIndex = addressIndex;
        this.externalPort = externalPort;
        this.size = size;
        this.owner = owner;
        this.deadlineNs = deadlineNs;
    }

    @Override
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

    /** Takes what was made durable; {@link LeaseBook#changed} puts its timer right. */
    void change(Owner owner, long deadlineNs) {
        this.owner = owner;
        this.deadlineNs = deadlineNs;
    }

    /** Whether it is a set of ports (RFC 7753), which counts as such. */
    boolean isSet() {
        return size > 1;
    }

    /** Whether an external port is one of its. */
    boolean hasExternalPort(int port) {
        return externalPort <= port && port < externalPort + size;
    }

    /** Whether an internal tuple is one of its own. */
    boolean has(InternalTuple one) {
        int further = one.internalPort() - internal.internalPort();
        return 0 <= further && further < size && internal.next(further).equals(one);
    }

    /** The external port of one of its tuples. */
    int externalPort(InternalTuple one) {
        return externalPort + one.internalPort() - internal.internalPort();
    }

    /** Which internal ports an answer is about. */
    PortSpan span() {
        return isSet() ? new PortSpan(internal.internalPort(), size) : PortSpan.ASKED;
    }

    /** The set that its owner would ask for to have the same elsewhere. */
    PortSet set() {
        boolean hasParity = ((internal.internalPort() ^ externalPort) & 1) == 0;
        return isSet() ? new PortSet(size, hasParity) : PortSet.ONE;
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
     * @param insists whether the owner would rather have none than one at another external tuple
     *     (RFC 6887 §13.2)
     */
    record Owner(
            Nonce nonce,
            LeaseOrigin origin,
            int clientIp,
            int clientPort,
            String description,
            List<PeerFilter> filters,
            boolean insists) {
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
                    command.filters().after(filtersBefore),
                    command.preferFailure());
        }
    }
}
