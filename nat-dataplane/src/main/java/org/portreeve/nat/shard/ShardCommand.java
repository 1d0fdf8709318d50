package org.portreeve.nat.shard;

import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.directory.PoolAddresses;

/**
 * What port control may ask of a shard. Each command with a {@code requestId} is answered by
 * exactly one {@link ShardOutcome} with the same id, in order. Immutable.
 */
public sealed interface ShardCommand {
    /**
     * Takes an external port for an explicit mapping of {@code internal}; packets do not use it
     * yet, unless the internal tuple has an implicit mapping, whose port it then is. Answered by
     * {@code Reserved} or {@code Refused}, with {@code INTERNAL_USED} when the internal tuple has a
     * static mapping.
     *
     * @param subscriber the subscriber's index, as in the directory
     * @param addressIndex its paired address
     * @param suggestedPort a hint, 0 for none
     * @param exact refuse with {@code CANNOT_PROVIDE} rather than give another port
     * @param reclaim whether a port of this internal tuple that rests after an explicit mapping may
     *     be given again: the owner's proof matched (RFC 6887 §15)
     * @param filters whom it will let in; empty for everybody
     */
    record ReserveMapping(
            long requestId,
            int subscriber,
            int addressIndex,
            InternalTuple internal,
            int suggestedPort,
            boolean exact,
            boolean reclaim,
            List<PeerFilter> filters)
            implements ShardCommand {
        /** Takes a copy of the list. */
        public ReserveMapping {
            filters = List.copyOf(filters);
        }
    }

    /**
     * Takes external ports that follow each other for as many internal ports, one explicit mapping
     * from then on (RFC 7753): as many as there are up to those asked for. Commands that name its
     * first internal port are about all of it. Answered by {@code SetReserved}; with one port alone
     * as {@link ReserveMapping} is.
     *
     * @param internal the first internal port
     * @param size how many, at least 2
     * @param keepsParity whether the first external port is to be even where the internal one is
     */
    record ReserveSet(
            long requestId,
            int subscriber,
            int addressIndex,
            InternalTuple internal,
            int size,
            boolean keepsParity,
            int suggestedPort,
            boolean reclaim,
            List<PeerFilter> filters)
            implements ShardCommand {
        /** Takes a copy of the list. */
        public ReserveSet {
            filters = List.copyOf(filters);
        }

        /** The wish for its first port alone. */
        ReserveMapping alone() {
            return new ReserveMapping(
                    requestId,
                    subscriber,
                    addressIndex,
                    internal,
                    suggestedPort,
                    false,
                    reclaim,
                    filters);
        }
    }

    /**
     * Installs a set of ports found durable at start, active at once. Answered by {@code
     * SetReserved}, or {@code Refused} when one of the ports cannot be had.
     *
     * @param externalPort the first
     * @param internal the first
     */
    record RestoreSet(
            long requestId,
            int subscriber,
            int addressIndex,
            int externalPort,
            InternalTuple internal,
            int size,
            List<PeerFilter> filters)
            implements ShardCommand {
        /** Takes a copy of the list. */
        public RestoreSet {
            filters = List.copyOf(filters);
        }
    }

    /**
     * Makes a reserved mapping forward packets, or puts filters in force that were set aside.
     * Answered by {@code Activated}.
     */
    record ActivateMapping(long requestId, InternalTuple internal) implements ShardCommand {}

    /**
     * Undoes a reservation that could not be made durable, or gives up filters that were set aside.
     * Answered by {@code Ended}.
     */
    record ReleaseReservation(long requestId, InternalTuple internal) implements ShardCommand {}

    /**
     * Sets filters of an explicit mapping aside, so that {@link ActivateMapping} can put them in
     * force in place of those that it has. Answered by {@code Reserved}, or {@code Refused} with
     * {@code TABLE_FULL} or {@code INTERNAL_USED} when it is no explicit mapping.
     *
     * @param filters whom it will let in; empty for everybody
     */
    record StageFilters(long requestId, InternalTuple internal, List<PeerFilter> filters)
            implements ShardCommand {
        /** Takes a copy of the list. */
        public StageFilters {
            filters = List.copyOf(filters);
        }
    }

    /**
     * Ends an explicit mapping (RFC 6887 §15). What stays is what PCP-MIX-010 says. With {@code
     * onlyIfIdle} a mapping that outbound traffic used within the idle time stays explicit and the
     * answer is {@code StillUsed}; else {@code Ended}. A static mapping is not ended: {@code Ended}
     * then says that neither an explicit nor an implicit one was there.
     */
    record EndMapping(long requestId, InternalTuple internal, boolean onlyIfIdle)
            implements ShardCommand {}

    /**
     * Asks how long outbound traffic keeps a mapping. Answered by {@code StillUsed}/{@code Ended}.
     */
    record QueryIdle(long requestId, InternalTuple internal) implements ShardCommand {}

    /**
     * Installs an explicit mapping found durable at start, active at once. Answered by {@code
     * Reserved}, or {@code Refused} when the port cannot be had.
     *
     * @param filters whom it lets in; empty for everybody
     */
    record RestoreMapping(
            long requestId,
            int subscriber,
            int addressIndex,
            int externalPort,
            InternalTuple internal,
            List<PeerFilter> filters)
            implements ShardCommand {
        /** Takes a copy of the list. */
        public RestoreMapping {
            filters = List.copyOf(filters);
        }
    }

    /**
     * Lets a port rest that was released before the restart, for {@code remainingNs}. Answered by
     * {@code Reserved} or {@code Refused}.
     */
    record RestoreHold(
            long requestId,
            int subscriber,
            int addressIndex,
            int externalPort,
            InternalTuple internal,
            long remainingNs)
            implements ShardCommand {}

    /** Installs a leased block found durable at start. Answered by {@code Activated}. */
    record RestoreBlock(long requestId, int subscriber, int addressIndex, int firstPort)
            implements ShardCommand {}

    /**
     * The answer to {@code PairingWanted}: the directory now has the subscriber, or will not. The
     * shard lets the waiting packets go on, or drops them.
     */
    record PairingDecided(int realm, int internalIp) implements ShardCommand {}

    /** The answer to {@code BlockLeased}: its record is durable, ports may be used. */
    record ActivateBlock(int addressIndex, int firstPort) implements ShardCommand {}

    /** The answer to {@code BlockLeased} when no record could be made: the block is given back. */
    record RefuseBlock(int addressIndex, int firstPort) implements ShardCommand {}

    /**
     * The answer to {@code SubscriberIdle} once the directory has forgotten the subscriber.
     * Answered by {@code SubscriberForgotten}, or {@code SubscriberBusy} when traffic came first.
     */
    record ForgetSubscriber(long requestId, int subscriber) implements ShardCommand {}

    /**
     * Installs a static mapping (a reservation), active at once, at whatever port of the address
     * but UDP 5350 and 5351, whatever the ranges say; it counts against no quota, but the
     * subscriber is not idle while it has one. What it leaves when it is removed counts against the
     * ports. An implicit mapping of the same internal tuple at another port goes on for its
     * sessions alone. A port that the same tuple uses or used ({@code existing}) is taken over,
     * whoever has leased the block round it; one that only rests, whomever it rests for. Answered
     * by {@code Reserved}, or {@code Refused} with {@code PORT_USED}, {@code BLOCK_HELD}, {@code
     * INTERNAL_USED} or {@code TABLE_FULL}.
     */
    record InstallStatic(
            long requestId,
            int subscriber,
            int addressIndex,
            int externalPort,
            InternalTuple internal)
            implements ShardCommand {}

    /**
     * Ends a static mapping. The host's own sessions keep it as an implicit one, as with an
     * explicit one that ends; the port rests for its tuple as after an implicit one. Answered by
     * {@code Ended}.
     */
    record RemoveStatic(long requestId, InternalTuple internal) implements ShardCommand {}

    /**
     * Ends an explicit or static mapping with all its sessions for the sake of a reservation that
     * takes its port: that rests, and goes to nobody else meanwhile. Answered by {@code Ended}.
     */
    record CutMapping(long requestId, InternalTuple internal) implements ShardCommand {}

    /** Asks who has an external port. Answered by {@code PortUse}. */
    record QueryPort(long requestId, int addressIndex, int protocol, int externalPort)
            implements ShardCommand {}

    /**
     * Which external addresses there are from now on, and what each is used for. Answered by {@code
     * Activated}.
     */
    record UsePool(long requestId, PoolAddresses pool) implements ShardCommand {}

    /** Asks what is left of an external address of the shard. Answered by {@code AddressUse}. */
    record QueryAddress(long requestId, int addressIndex) implements ShardCommand {}

    /**
     * Ends the sessions of a subscriber's implicit mappings, some in each turn; their ports rest.
     * Leases and static mappings stay as they are. Answered by {@code SubscriberUse} when that is
     * done.
     */
    record CutSubscriber(long requestId, int subscriber) implements ShardCommand {}

    /** The same for one internal address of a subscriber. Answered by {@code SubscriberUse}. */
    record CutHost(long requestId, int subscriber, int internalIp) implements ShardCommand {}

    /** The same for what lies at an external address. Answered by {@code AddressUse}. */
    record CutAddress(long requestId, int addressIndex) implements ShardCommand {}

    /**
     * Keeps a session for a PEER (RFC 6887 §12.3): the one that is there, whose external tuple is
     * then told whatever was suggested; or one that is made as the host's next packet to that peer
     * would make it, within the same limits, and which that packet then uses. Answered by {@code
     * SessionKept} or {@code Refused}, perhaps only when a block of the subscriber was decided.
     *
     * @param addressIndex its paired address
     * @param suggestedIp refuse with {@code CANNOT_PROVIDE} rather than make it at another external
     *     address; 0 for any
     * @param suggestedPort the same for the port
     * @param askedNs how long it is to live; when that is no longer than it would anyway, it stays
     *     as it is
     * @param grantedNs for how long it is kept from now on if that is longer
     */
    record KeepSession(
            long requestId,
            int subscriber,
            int addressIndex,
            InternalTuple internal,
            int remoteIp,
            int remotePort,
            int suggestedIp,
            int suggestedPort,
            long askedNs,
            long grantedNs)
            implements ShardCommand {}

    /** Asks how long a session lives. Answered by {@code SessionKept}, or {@code Ended}: none. */
    record QuerySession(long requestId, InternalTuple internal, int remoteIp, int remotePort)
            implements ShardCommand {}

    /** Leaves a session to its traffic. Answered by {@code Ended}. */
    record ReleaseSession(long requestId, InternalTuple internal, int remoteIp, int remotePort)
            implements ShardCommand {}

    /**
     * Installs a session that a PEER keeps, found durable at start, with its mapping. Answered by
     * {@code Reserved}, or {@code Refused} when the port cannot be had: with {@code PORT_USED} when
     * another has it, or its tuple another port.
     */
    record RestoreSession(
            long requestId,
            int subscriber,
            int addressIndex,
            int externalPort,
            InternalTuple internal,
            int remoteIp,
            int remotePort,
            long remainingNs)
            implements ShardCommand {}

    /** Asks what a subscriber has in the shard. Answered by {@code SubscriberUse}. */
    record QueryUse(long requestId, int subscriber) implements ShardCommand {}
}
