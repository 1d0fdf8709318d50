package org.portreeve.control;

import java.util.List;
import java.util.Optional;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.nat.InternalTuple;

/**
 * What owners are told of changes that staff or the configuration made to their mappings (RFC 6887
 * §14.2). Only PCP has words for that: owners by NAT-PMP hear nothing, those by UPnP have its
 * events. Event loop only.
 */
final class OwnerNews {
    private final ControlState state;
    private final MappingUpdates updates = new MappingUpdates();

    OwnerNews(ControlState state) {
        this.state = state;
    }

    /** What is to be told, and when. */
    MappingUpdates updates() {
        return updates;
    }

    /** Somebody asked for it, and has it. */
    void made(Lease lease) {
        state.rehousing.forget(lease.internal());
        answered(lease);
    }

    /** Its owner asked for it, and so knows it; a former owner is still told what became of its. */
    void answered(Lease lease) {
        updates.find(lease.internal())
                .filter(update -> update.nonce().equals(lease.owner().nonce()))
                .ifPresent(update -> updates.cease(update.internal()));
    }

    /** A lease ended. */
    void ended(Lease lease, MappingEvent.Cause cause) {
        switch (cause) {
            case STAFF -> {
                if (!state.rehousing.isExpected(lease)) {
                    gone(lease);
                }
            }
            case EXPIRED, DELETED -> answered(lease);
        }
    }

    /** A reservation is in force: whoever had its tuple before has it from now on without end. */
    void reserved(Reservation reservation) {
        updates.find(reservation.internal()).ifPresent(u -> begin(fixed(u, reservation)));
    }

    /** A lease that others ended was made anew elsewhere, or could not be. */
    void moved(Lease ended, MapOutcome outcome) {
        Lease.Owner owner = ended.owner();
        if (outcome
                instanceof
                MapOutcome.Granted(
                        int ip,
                        int port,
                        long lifetimeSeconds,
                        String _,
                        PortSpan span)) {
            client(owner)
                    .map(c ->
                            new MappingUpdate(
                                    ended.internal(),
                                    owner.nonce(),
                                    c,
                                    ip,
                                    port,
                                    lifetimeSeconds,
                                    owner.filters(),
                                    span.size(),
                                    false))
                    .ifPresent(this::begin);
        } else if (outcome instanceof MapOutcome.Refused(MapOutcome.Reason _, long lifetimeSeconds)
                && owner.insists()) {
            impossible(
                    ended.internal(),
                    owner,
                    state.externalIp(ended.addressIndex()),
                    ended.externalPort(),
                    ended.size(),
                    lifetimeSeconds);
        } else {
            gone(ended);
        }
    }

    /** A lease that others ended goes on nowhere, unless a reservation took its tuple. */
    void gone(Lease ended) {
        int externalIp = state.externalIp(ended.addressIndex());
        gone(ended.internal(), ended.owner(), externalIp, ended.externalPort(), ended.size());
        state.statics.inForce(ended.internal()).ifPresent(m -> reserved(m.reservation()));
    }

    /**
     * A lease of the journal gave way to a reservation while it was put back.
     *
     * @param insists whether its owner would rather have none than one elsewhere
     */
    void beaten(JournalRecord.LeaseGranted record, boolean insists) {
        Lease.Owner owner =
                new Lease.Owner(
                        record.nonce(),
                        record.origin(),
                        record.clientIp(),
                        record.clientPort(),
                        record.description(),
                        record.filters(),
                        insists);
        int externalPort = record.externalPort();
        if (insists) {
            impossible(
                    record.internal(),
                    owner,
                    record.externalIp(),
                    externalPort,
                    record.size(),
                    MapRules.LONG_ERROR_SECONDS);
        } else {
            gone(record.internal(), owner, record.externalIp(), externalPort, record.size());
        }
        state.statics.inForce(record.internal()).ifPresent(m -> reserved(m.reservation()));
    }

    private void gone(
            InternalTuple internal, Lease.Owner owner, int externalIp, int externalPort, int size) {
        client(owner)
                .map(c ->
                        new MappingUpdate(
                                internal,
                                owner.nonce(),
                                c,
                                externalIp,
                                externalPort,
                                0,
                                List.of(),
                                size,
                                false))
                .ifPresent(this::begin);
    }

    private void impossible(
            InternalTuple internal,
            Lease.Owner owner,
            int externalIp,
            int externalPort,
            int size,
            long lifetimeSeconds) {
        client(owner)
                .map(c ->
                        new MappingUpdate(
                                internal,
                                owner.nonce(),
                                c,
                                externalIp,
                                externalPort,
                                lifetimeSeconds,
                                owner.filters(),
                                size,
                                true))
                .ifPresent(this::begin);
    }

    private static MappingUpdate fixed(MappingUpdate update, Reservation reservation) {
        return update.reservedAt(reservation.externalIp(), reservation.externalPort());
    }

    /** Where an owner is told; empty when it cannot be. */
    static Optional<Client> client(Lease.Owner owner) {
        boolean isKnown = owner.origin() == LeaseOrigin.PCP && owner.clientPort() != 0;
        return isKnown
                ? Optional.of(new Client(owner.clientIp(), owner.clientPort()))
                : Optional.empty();
    }

    /** The same of what a PEER keeps. */
    static Optional<Client> client(PeerLease.Owner owner) {
        return owner.clientPort() == 0
                ? Optional.empty()
                : Optional.of(new Client(owner.clientIp(), owner.clientPort()));
    }

    private void begin(MappingUpdate update) {
        if (!updates.begin(update, state.nowNs)) {
            state.counters.increment(ControlCounter.UPDATES_DROPPED);
        }
    }
}
