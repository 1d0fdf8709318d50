package org.portreeve.control;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.portreeve.control.journal.JournalImage;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.TakeOver;
import org.portreeve.nat.config.NatConfig;

/**
 * What a node takes over from a journal that was lost: not what was granted, which a new epoch has
 * its owners ask for again, but that nobody else gets their ports meanwhile (RFC 6887 §18.3.3, RFC
 * 6888 REQ-8). What a lease or a PEER had rests for the hold-down time, what rested goes on
 * resting; pairings and blocks stay, and what staff drain. Remembers whom to tell. The thread that
 * starts the node.
 */
public final class LostJournal implements TakeOver {
    private final NatConfig.Timers timers;
    private final long wallMillis;
    private final Set<Client> clients = new LinkedHashSet<>();
    private int portCount;

    /** At a start at this time, milliseconds since 1970. */
    public LostJournal(NatConfig.Timers timers, long wallMillis) {
        this.timers = timers;
        this.wallMillis = wallMillis;
    }

    @Override
    public JournalImage of(JournalImage lost, JournalImage present) {
        var taken = new JournalImage();
        // So that it has a record in any case, and is no more taken for one that never began.
        taken.apply(new JournalRecord.TimeMark(wallMillis));
        lost.drains().forEach(taken::apply);
        lost.drainedSubscribers().forEach(taken::apply);
        lost.pairings().forEach(taken::apply);
        lost.blocks().forEach(taken::apply);
        // Of several ports of a tuple the first is the one that it has again.
        lost.leases().stream().flatMap(this::rests).forEach(taken::apply);
        lost.peers().stream().flatMap(this::rest).forEach(taken::apply);
        lost.holds().stream().filter(hold -> hold.untilMillis() > wallMillis).forEach(taken::apply);
        // Of several rests of a port that counts which is for what went on: an older one is nearly
        // over, and a MAP's owner has another nonce than who asked for a PEER.
        lost.peers().stream().flatMap(this::rest).forEach(taken::apply);
        lost.leases().stream().filter(this::goesOn).flatMap(this::rests).forEach(taken::apply);
        // A start that was cut short does not make a rest longer.
        present.records().forEach(taken::apply);
        pair(taken);
        portCount = taken.holds().size();
        return taken;
    }

    /** Who had ports was paired with their address, whatever damage hides the record of that. */
    private static void pair(JournalImage taken) {
        Stream<JournalRecord.Paired> owners =
                Stream.concat(
                        taken.holds().stream()
                                .map(h -> new JournalRecord.Paired(h.subscriber(), h.externalIp())),
                        taken.blocks().stream()
                                .map(b ->
                                        new JournalRecord.Paired(b.subscriber(), b.externalIp())));
        Set<String> paired =
                taken.pairings().stream()
                        .map(JournalRecord.Paired::subscriber)
                        .collect(Collectors.toCollection(HashSet::new));
        owners.filter(owner -> paired.add(owner.subscriber())).forEach(taken::apply);
    }

    private Stream<JournalRecord.PortHeld> rest(JournalRecord.PeerGranted peer) {
        if (peer.deadlineMillis() <= wallMillis) {
            // RFC 6887 §12.3: its end leaves the session to its traffic, and there is none.
            return Stream.empty();
        }
        KnownClients.clientOf(peer).ifPresent(clients::add);
        return Stream.of(
                new JournalRecord.PortHeld(
                        peer.internal(),
                        peer.subscriber(),
                        peer.externalIp(),
                        peer.externalPort(),
                        peer.nonce(),
                        wallMillis + graceMillis()));
    }

    private Stream<JournalRecord.PortHeld> rests(JournalRecord.LeaseGranted lease) {
        if (goesOn(lease)) {
            KnownClients.clientOf(lease).ifPresent(clients::add);
        }
        long untilMillis = untilMillis(lease);
        var first =
                new JournalRecord.PortHeld(
                        lease.internal(),
                        lease.subscriber(),
                        lease.externalIp(),
                        lease.externalPort(),
                        lease.nonce(),
                        untilMillis,
                        lease.size() > 1);
        return untilMillis <= wallMillis
                ? Stream.empty()
                : IntStream.range(0, lease.size()).mapToObj(first::next);
    }

    private boolean goesOn(JournalRecord.LeaseGranted lease) {
        return lease.deadlineMillis() > wallMillis;
    }

    /** One that ended while the node was down has rested for a while. */
    private long untilMillis(JournalRecord.LeaseGranted lease) {
        long holdNs = timers.explicitHoldNs(lease.internal().protocol());
        long usualMillis = lease.deadlineMillis() + holdNs / Durations.NS_PER_MILLI;
        return Math.min(usualMillis, wallMillis + graceMillis());
    }

    private long graceMillis() {
        return timers.holdDownNs() / Durations.NS_PER_MILLI;
    }

    /** How long ports rest of which nothing else is known, in seconds. */
    public long graceSeconds() {
        return Durations.secondsUp(timers.holdDownNs());
    }

    /** How many ports rest. */
    public int portCount() {
        return portCount;
    }

    /** The clients that had something, by PCP, when the journal was lost. */
    public Set<Client> clients() {
        return clients;
    }
}
