package org.portreeve.control;

import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/**
 * A granted explicit mapping with its owner's proof and deadline (RFC 6887 §11.3, §15), as it is in
 * {@link LeaseBook} at the moment. What it says is durable: it changes once the journal has the
 * change, by {@link LeaseBook#change}, while a turn keeps others from that. Immutable.
 *
 * @param slot its place in the book; {@link Slots#NONE} before it is there
 * @param internal the first of its internal tuples
 * @param addressIndex the external address, as a place in the pool
 * @param externalPort the external port of its first tuple
 * @param size how many ports it has, of both kinds, one after the other
 * @param deadlineNs when it ends, on the monotonic clock
 */
record Lease(
        int slot,
        InternalTuple internal,
        Subscriber subscriber,
        int addressIndex,
        int externalPort,
        int size,
        Owner owner,
        long deadlineNs) {
    /** A lease that is not in the book yet. */
    Lease(
            InternalTuple internal,
            Subscriber subscriber,
            int addressIndex,
            int externalPort,
            int size,
            Owner owner,
            long deadlineNs) {
        this(Slots.NONE, internal, subscriber, addressIndex, externalPort, size, owner, deadlineNs);
    }

    /** The place of its first tuple among all, as {@link LeaseBook#order} has it. */
    long order() {
        return LeaseBook.order(internal);
    }

    int protocol() {
        return internal.protocol();
    }

    /** The same lease after a change. */
    Lease with(Owner owner, long deadlineNs) {
        return new Lease(
                slot, internal, subscriber, addressIndex, externalPort, size, owner, deadlineNs);
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
        long further = LeaseBook.order(one) - order();
        boolean isOfHost = one.internalIp() == internal.internalIp();
        return isOfHost && one.protocol() == protocol() && 0 <= further && further < size;
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
