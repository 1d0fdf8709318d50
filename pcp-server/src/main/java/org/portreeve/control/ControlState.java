package org.portreeve.control;

import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.portreeve.control.event.BlockUse;
import org.portreeve.control.event.EventFeed;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;
import org.portreeve.control.notice.Notices;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.port.PortLayout;
import org.portreeve.nat.shard.ShardLink;

/**
 * The books of port control, its ways to shards and journal, and the time of the call that is being
 * served. What operations share. Event loop only.
 */
final class ControlState {
    /** The index of an address that is not in the pool. */
    static final int NO_ADDRESS = PoolAddresses.NONE;

    final NatConfig nat;
    final ControlCounters counters = new ControlCounters();
    final Subscribers subscribers;
    final RequestRecords records;
    final Notices notices = new Notices(this::nameOf);
    final LeaseBook leases;
    final HoldBook holds;
    final Companions companions;
    final EventFeed events;
    final BlockBook blocks;
    final Recorder recorder;
    final ShardRequests requests;
    final Pairings pairings;
    final Turns turns;
    final PeerBook peers;
    final PeerTurns peerTurns = new PeerTurns(this);
    final Obstacles obstacles = new Obstacles(this);
    final StaticMappings statics = new StaticMappings(this);
    final OwnerNews news = new OwnerNews(this);
    final Listeners listeners = new Listeners(this::view, news);
    final KnownClients clients = new KnownClients(this);
    final Rehousing rehousing = new Rehousing(this);
    final DedicatedHosts dedicated;

    /** The external addresses; {@link PoolControl} changes them. */
    PoolAddresses pool;

    /** Whether staff drain a subscriber, by its key. */
    LongPredicate isDrained = _ -> false;

    /** What becomes of new blocks and pairings while the journal fails. */
    OnFailure onFailure = OnFailure.REFUSE_NEW;

    /** The monotonic time that was passed in last. */
    long nowNs;

    /** The wall-clock time that was passed in last. */
    long wallMillis;

    ControlState(
            ControlConfig config,
            Directory directory,
            List<ShardLink> links,
            LeaseJournal journal,
            long nowNs) {
        this.nat = config.nat();
        this.pool = PoolAddresses.of(nat);
        this.subscribers = new Subscribers(config);
        this.records =
                new RequestRecords(
                        subscribers, counters, () -> wallMillis, new RefusalCauses(this));
        this.leases = new LeaseBook(nat, subscribers::at);
        this.holds = new HoldBook(subscribers::at);
        this.peers = new PeerBook(nat);
        this.companions = new Companions(nat, this::externalIp, leases, holds, statics.book());
        this.events = new EventFeed(this::idOf, this::wallMillisOf, () -> wallMillis);
        this.blocks = new BlockBook(nat, blockUse());
        this.recorder = new Recorder(journal, counters, nowNs);
        this.requests = new ShardRequests(links, counters);
        this.pairings = new Pairings(this, directory, config.policy());
        this.turns = new Turns(this, config);
        this.dedicated = new DedicatedHosts(this, directory, config.policy());
    }

    void at(long nowNs, long wallMillis) {
        this.nowNs = nowNs;
        this.wallMillis = wallMillis;
    }

    /** Whether new blocks and pairings are used though the journal does not keep their records. */
    boolean goesOnUnrecorded() {
        return onFailure == OnFailure.CONTINUE;
    }

    int externalIp(int addressIndex) {
        return pool.ip(addressIndex);
    }

    /** The index of a pool address, or {@link #NO_ADDRESS}. */
    int addressIndex(int externalIp) {
        return pool.find(externalIp);
    }

    /** The index of an address that does not leave the pool, or {@link #NO_ADDRESS}. */
    int stayingIndex(int externalIp) {
        int addressIndex = pool.find(externalIp);
        boolean isStaying = addressIndex != NO_ADDRESS && !pool.isLeaving(addressIndex);
        return isStaying ? addressIndex : NO_ADDRESS;
    }

    /** The addresses of the pool without those that leave it. */
    List<Integer> stayingAddresses() {
        return pool.addresses().stream().filter(ip -> !pool.isLeaving(pool.find(ip))).toList();
    }

    private BlockUse blockUse() {
        int blocksEach = new PortLayout(nat).leasableBlocks();
        return new BlockUse(() -> pool, blocksEach, events);
    }

    /** What a line for the operator calls whoever has an address. */
    private String nameOf(int ip) {
        long key = subscribers.keyOf(InternalTuple.DEFAULT_REALM, ip);
        String address = Ipv4.format(ip);
        if (key == Subscribers.UNKNOWN) {
            return address + " (no subscriber)";
        }
        String id = subscribers.id(key);
        return "subscriber " + (id.equals(address) ? id : id + " (" + address + ")");
    }

    /** The id of a subscriber's index, empty when there is none. */
    private String idOf(int index) {
        return subscribers.slot(index).map(subscriber -> subscriber.id).orElse("");
    }

    /** The wall-clock time of a moment on the monotonic clock, for records. */
    long wallMillisOf(long momentNs) {
        return wallMillis + Math.ceilDiv(momentNs - nowNs, Durations.NS_PER_MILLI);
    }

    /** What a lease looks like in the journal, with this owner and deadline. */
    JournalRecord granted(
            Subscriber subscriber,
            InternalTuple internal,
            int addressIndex,
            int externalPort,
            int size,
            Lease.Owner owner,
            long deadlineNs) {
        var granted =
                new JournalRecord.LeaseGranted(
                        internal,
                        subscribers.id(subscriber),
                        externalIp(addressIndex),
                        externalPort,
                        owner.nonce(),
                        owner.origin(),
                        owner.clientIp(),
                        owner.clientPort(),
                        wallMillisOf(deadlineNs),
                        owner.description(),
                        owner.filters(),
                        size);
        return owner.insists() ? new JournalRecord.LeaseInsisted(granted) : granted;
    }

    JournalRecord granted(Lease lease, Lease.Owner owner, long deadlineNs) {
        return granted(
                lease.subscriber(),
                lease.internal(),
                lease.addressIndex(),
                lease.externalPort(),
                lease.size(),
                owner,
                deadlineNs);
    }

    /** What a session that a PEER keeps looks like in the journal. */
    JournalRecord granted(PeerLease lease) {
        return new JournalRecord.PeerGranted(
                lease.peer.internal(),
                lease.peer.remoteIp(),
                lease.peer.remotePort(),
                subscribers.id(lease.subscriber),
                externalIp(lease.addressIndex),
                lease.externalPort,
                lease.owner().nonce(),
                lease.owner().clientIp(),
                lease.owner().clientPort(),
                wallMillisOf(lease.deadlineNs()),
                lease.owner().description());
    }

    /** What its owner is told of a lease, unless a reload took the address away meanwhile. */
    MapOutcome granted(Lease lease) {
        return subscribers.isOwn(lease.subscriber(), lease.internal())
                ? new MapOutcome.Granted(
                        externalIp(lease.addressIndex()),
                        lease.externalPort(),
                        lease.remainingSeconds(nowNs),
                        lease.owner().description(),
                        lease.span())
                : new MapOutcome.Refused(
                        MapOutcome.Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
    }

    /** What staff see of a lease. */
    MappingView view(Lease lease) {
        Lease.Owner owner = lease.owner();
        return new MappingView(
                lease.internal(),
                lease.subscriber().id,
                externalIp(lease.addressIndex()),
                lease.externalPort(),
                owner.origin().shown(),
                owner.description(),
                lease.remainingSeconds(nowNs),
                owner.clientIp(),
                owner.filters(),
                lease.size());
    }

    /** What staff see of a session that a PEER keeps; its name ends with the remote peer. */
    MappingView view(PeerLease lease) {
        return new MappingView(
                lease.peer.internal(),
                lease.subscriber.id,
                externalIp(lease.addressIndex),
                lease.externalPort,
                MappingOrigin.PEER,
                nameOf(lease),
                lease.remainingSeconds(nowNs),
                lease.owner().clientIp(),
                List.of());
    }

    private static String nameOf(PeerLease lease) {
        String remote = Ipv4.format(lease.peer.remoteIp()) + ":" + lease.peer.remotePort();
        String description = lease.owner().description();
        return description.isEmpty() ? remote : description + ", " + remote;
    }

    /**
     * The mappings after one place in {@link LeaseBook#order}, up to another, in that order. What
     * staff see is made here alone.
     */
    List<MappingView> listed(long afterOrder, long lastOrder, int limit) {
        return Stream.concat(
                        leases.range(afterOrder, lastOrder, limit).stream().map(this::view),
                        statics.book().inForce(afterOrder, lastOrder, limit).map(this::view))
                .sorted(Comparator.comparingLong(view -> LeaseBook.order(view.internal())))
                .limit(limit)
                .toList();
    }

    /** What staff see of a reservation that is in force. */
    MappingView view(StaticMapping mapping) {
        Reservation reservation = mapping.reservation();
        return new MappingView(
                reservation.internal(),
                subscribers.id(mapping.subscriberKey),
                reservation.externalIp(),
                reservation.externalPort(),
                MappingOrigin.STATIC,
                reservation.description(),
                MappingView.FOREVER,
                0,
                List.of());
    }

    /** How many reservations of a subscriber are in force. */
    int staticsOf(Subscriber subscriber) {
        return statics.book().inForce(subscriber.key);
    }

    JournalRecord.PortHeld held(Hold hold) {
        return new JournalRecord.PortHeld(
                hold.internal(),
                subscribers.id(hold.subscriber()),
                externalIp(hold.addressIndex()),
                hold.externalPort(),
                hold.nonce(),
                wallMillisOf(hold.deadlineNs()),
                hold.ofSet());
    }

    /** Ends the rest of a port, and says so in the journal. */
    void endHold(Hold hold) {
        holds.remove(hold);
        recorder.note(
                new JournalRecord.HoldEnded(
                        hold.protocol(), externalIp(hold.addressIndex()), hold.externalPort()));
        pairings.forgetIfUnused(hold.subscriber());
    }
}
