package org.portreeve.control;

import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/**
 * A granted explicit mapping with its owner's proof and deadline (RFC 6887 §11.3, §15). What it
 * says is durable: it changes once the journal has the change. Makes its owner when asked for it.
 * Owned by {@link LeaseBook}; event loop only.
 */
final class Lease extends BookedTuple {
    private final char firstExternalPort;
    private final char portCount;
    private long nonceHigh;
    private int nonceLow;
    private byte originCode;
    private int clientIp;
    private char clientPort;
    private String description;
    private List<PeerFilter> filters;
    private boolean insists;
    private long deadlineNs;
    private boolean recording;

    /** A lease of so many ports, of which the tuple's and the external one are the first. */
    Lease(
            InternalTuple internal,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            int size,
            Owner owner,
            long deadlineNs) {
        super(internal, subscriber, addressIndex);
        this.firstExternalPort = (char) externalPort;
        this.portCount = (char) size;
        change(owner, deadlineNs);
    }

    /** The external port of its first tuple. */
    int externalPort() {
        return firstExternalPort;
    }

    /** How many ports it has. */
    int size() {
        return portCount;
    }

    @Override
    long deadlineNs() {
        return deadlineNs;
    }

    Owner owner() {
        return new Owner(
                new Nonce(nonceHigh, nonceLow),
                LeaseOrigin.of(originCode).orElseThrow(),
                clientIp,
                clientPort,
                description,
                filters,
                insists);
    }

    String description() {
        return description;
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
        this.nonceHigh = owner.nonce().high();
        this.nonceLow = owner.nonce().low();
        this.originCode = (byte) owner.origin().code();
        this.clientIp = owner.clientIp();
        this.clientPort = (char) owner.clientPort();
        // What stays is not written: the collector looks through what a long-lived object points
        // to.
        if (!owner.description().equals(description)) {
            this.description = owner.description();
        }
        if (!owner.filters().equals(filters)) {
            this.filters = owner.filters();
        }
        this.insists = owner.insists();
        this.deadlineNs = deadlineNs;
    }

    /** Whether it is a set of ports (RFC 7753), which counts as such. */
    boolean isSet() {
        return portCount > 1;
    }

    /** Whether an external port is one of its. */
    boolean hasExternalPort(int port) {
        return firstExternalPort <= port && port < firstExternalPort + portCount;
    }

    /** Whether an internal tuple is one of its own. */
    boolean has(InternalTuple one) {
        int further = one.internalPort() - internalPort;
        return one.internalIp() == internalIp
                && one.protocol() == protocol()
                && 0 <= further
                && further < portCount;
    }

    /** The external port of one of its tuples. */
    int externalPort(InternalTuple one) {
        return firstExternalPort + one.internalPort() - internalPort;
    }

    /** Which internal ports an answer is about. */
    PortSpan span() {
        return isSet() ? new PortSpan(internalPort, portCount) : PortSpan.ASKED;
    }

    /** The set that its owner would ask for to have the same elsewhere. */
    PortSet set() {
        boolean hasParity = ((internalPort ^ firstExternalPort) & 1) == 0;
        return isSet() ? new PortSet(portCount, hasParity) : PortSet.ONE;
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
