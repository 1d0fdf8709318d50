package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.portreeve.control.journal.JournalRecord;

/**
 * The clients that can be told of a restart one by one (RFC 6887 §14.1.3): whoever asked by PCP for
 * a lease or a PEER that is there, and whoever had one that could not be put back; and those who
 * are to hear that their subscriber has another external address. Event loop only.
 */
public final class KnownClients {
    /** Clients of lost leases that are remembered; the others hear what all hear. */
    static final int MAX_LOST = 65_536;

    /** Clients that asked for others, so that they are not named for each of those. */
    private static final int MAX_PORTALS = 1_024;

    /** Leases that are looked at in one step. */
    private static final int SLICE = 256;

    private final ControlState state;
    private final Set<Client> lost = new LinkedHashSet<>();
    private final Set<Client> concerned = new LinkedHashSet<>();

    KnownClients(ControlState state) {
        this.state = state;
    }

    /** Who can be told of a lease. */
    static Optional<Client> clientOf(JournalRecord.LeaseGranted record) {
        return record.origin() == LeaseOrigin.PCP
                ? client(record.clientIp(), record.clientPort())
                : Optional.empty();
    }

    /** Who can be told of what a PEER keeps. */
    static Optional<Client> clientOf(JournalRecord.PeerGranted record) {
        return client(record.clientIp(), record.clientPort());
    }

    private static Optional<Client> client(int ip, int port) {
        return port == 0 ? Optional.empty() : Optional.of(new Client(ip, port));
    }

    /** Something of a client could not be put back. */
    void lost(Client client) {
        remember(client, lost);
    }

    /**
     * The journal was lost, and these had something. Returns how many are told one by one. To be
     * called before the first {@link PortControl#doWork}.
     */
    public int lost(Set<Client> clients) {
        clients.forEach(this::lost);
        return lost.size();
    }

    private void remember(Client client, Set<Client> among) {
        if (among.size() == MAX_LOST) {
            state.counters.increment(ControlCounter.LOST_CLIENTS_FORGOTTEN);
        } else {
            among.add(client);
        }
    }

    /** A subscriber has another external address, of which its own hosts are to hear. */
    void concern(Subscriber subscriber) {
        for (int i = 0; i < subscriber.addressCount(); i++) {
            int host = subscriber.address(i);
            Stream.concat(
                            state.leases.ofHost(host).stream()
                                    .map(l -> OwnerNews.client(l.owner())),
                            state.peers.ofHost(host).stream().map(l -> OwnerNews.client(l.owner())))
                    .flatMap(Optional::stream)
                    .filter(c -> state.subscribers.clientKey(c.ip()) == subscriber.key)
                    .forEach(client -> remember(client, concerned));
        }
    }

    /** Whether somebody is concerned who was not named yet. */
    public boolean areConcerned() {
        return !concerned.isEmpty();
    }

    /** Names those who are concerned, each once, and forgets them. */
    public Walk walkConcerned() {
        var walk = new Walk(concerned, true);
        concerned.clear();
        return walk;
    }

    /** They have been told often enough. */
    public void forgetLost() {
        lost.clear();
    }

    /** Begins to name all of them, each once. */
    public Walk walk() {
        return new Walk(lost, false);
    }

    /** A walk over all clients; those of leases that come and go meanwhile may be missing. */
    public final class Walk {
        private final Deque<Client> found;
        private final Set<Client> ofHost = new HashSet<>();
        private final Set<Client> portals = new HashSet<>();
        private long order = -1;
        private PeerTuple peer = PeerBook.BEFORE_ALL;
        private boolean areLeasesRead;
        private int host;
        private boolean isRead;

        /** Names these and, unless that is over, whoever is found in the books. */
        private Walk(Set<Client> first, boolean isRead) {
            found = new ArrayDeque<>(first);
            this.isRead = isRead;
        }

        /** Whether all were named. */
        public boolean isOver() {
            return isRead && found.isEmpty();
        }

        /** The next one; empty when a bounded number of leases was looked at in vain. */
        public Optional<Client> next() {
            if (found.isEmpty() && !isRead) {
                read();
            }
            return Optional.ofNullable(found.poll());
        }

        private void read() {
            if (areLeasesRead) {
                readPeers();
            } else {
                readLeases();
            }
        }

        private void readLeases() {
            List<Lease> slice = state.leases.range(order, Long.MAX_VALUE, SLICE);
            slice.forEach(this::look);
            areLeasesRead = slice.size() < SLICE;
            order = slice.isEmpty() ? order : slice.getLast().order();
        }

        private void readPeers() {
            List<PeerLease> slice = state.peers.after(peer, Long.MAX_VALUE, SLICE);
            slice.forEach(this::look);
            isRead = slice.size() < SLICE;
            peer = slice.isEmpty() ? peer : slice.getLast().peer;
        }

        private void look(Lease lease) {
            int internalIp = lease.internal().internalIp();
            if (internalIp != host) {
                host = internalIp;
                ofHost.clear();
            }
            OwnerNews.client(lease.owner()).filter(this::isNew).ifPresent(found::add);
        }

        private void look(PeerLease lease) {
            int internalIp = lease.peer.internal().internalIp();
            if (internalIp != host) {
                host = internalIp;
                ofHost.clear();
                // Those were named with the leases.
                state.leases.ofHost(host).stream()
                        .map(named -> OwnerNews.client(named.owner()))
                        .flatMap(Optional::stream)
                        .forEach(ofHost::add);
            }
            OwnerNews.client(lease.owner()).filter(this::isNew).ifPresent(found::add);
        }

        private boolean isNew(Client client) {
            if (client.ip() != host && portals.size() < MAX_PORTALS) {
                return portals.add(client);
            }
            return ofHost.add(client);
        }
    }
}
