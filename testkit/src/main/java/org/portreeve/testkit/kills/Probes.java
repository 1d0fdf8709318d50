package org.portreeve.testkit.kills;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.Host;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.LabProcess;

/**
 * Hosts on the Internet that try to come in after a restart: to a sample of the mappings whoever
 * their filters let in must come, and nobody else; to what was deleted nobody; and the one that a
 * PEER is for must be spoken to by the promised external tuple. One caller's thread.
 */
final class Probes implements AutoCloseable {
    /** The last octet of the first stranger; there are so many. */
    static final int FIRST_STRANGER = 130;

    static final int STRANGERS = 4;

    /** The last octet of the peer of all PEERs. */
    static final int REMOTE_PEER = 134;

    /** The port that all of them send from. */
    static final int PORT = 4_000;

    /** The remote peer as the node words it. */
    static final String REMOTE_PEER_NAME = address(REMOTE_PEER) + ":" + PORT;

    private static final int MAPPINGS = 60;
    private static final int PEERS = 20;
    private static final int DELETED = 20;
    private static final int SENDINGS = 3;
    private static final Duration ARRIVAL = Duration.ofSeconds(1);

    private final LabProcess load;
    private final RandomGenerator random;
    private final List<UdpSocket> sockets = new ArrayList<>();

    private final List<String> violations = new ArrayList<>();

    private int sent;
    private int lost;
    private int keptOut;
    private int gotIn;
    private int spoken;
    private int disguised;

    /** A packet to an external tuple, and the line by which the load tells that it arrived. */
    private record Probe(int host, String external, String arrival) {
        String text() {
            return "a datagram from %s to %s, to be seen as \"%s\","
                    .formatted(address(host), external, arrival);
        }
    }

    /** Opens the sockets of these hosts. */
    Probes(Host inet, LabProcess load, RandomGenerator random) {
        this.load = load;
        this.random = random;
        for (int host = FIRST_STRANGER; host <= REMOTE_PEER; host++) {
            sockets.add(inet.udp(address(host), PORT));
        }
    }

    /** The address of a host by its last octet. */
    static String address(int host) {
        return "203.0.113." + host;
    }

    /** How the load tells that a datagram came to a subscriber. */
    static String arrival(String subscriber, String text) {
        return "packet " + subscriber + " " + text;
    }

    private static String token(String internal, int host) {
        return "token-" + internal + "-" + host;
    }

    /** Sends to a sample of what the judge knows of. */
    void round(Judge judge) {
        List<Held> mappings = sample(judge.live(Subscriber.PORT), MAPPINGS);
        List<Held> peers = sample(judge.live(Subscriber.PEER_PORT), PEERS);
        List<Probe> admitted = new ArrayList<>();
        List<Probe> refused = new ArrayList<>();
        for (Held mapping : mappings) {
            for (int i = 0; i < STRANGERS; i++) {
                int host = FIRST_STRANGER + i;
                (mapping.admits(host) ? admitted : refused).add(probe(mapping, host));
            }
        }
        peers.forEach(peer -> admitted.add(probe(peer, REMOTE_PEER)));
        judge.deleted().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("/" + Subscriber.PORT))
                .limit(DELETED)
                .map(Probes::ofDeleted)
                .forEach(refused::add);
        exchange(admitted, refused);
        peers.forEach(this::hear);
    }

    private List<Held> sample(List<Held> all, int count) {
        List<Held> some = new ArrayList<>();
        for (int i = 0; i < count && !all.isEmpty(); i++) {
            Held one = all.get(random.nextInt(all.size()));
            if (!some.contains(one)) {
                some.add(one);
            }
        }
        return some;
    }

    private static Probe probe(Held lease, int host) {
        String internal = lease.ack().internal();
        return new Probe(
                host, lease.external(), arrival(lease.ack().client(), token(internal, host)));
    }

    private static Probe ofDeleted(Map.Entry<String, String> entry) {
        String internal = entry.getKey();
        String client = internal.substring(0, internal.indexOf('/'));
        return new Probe(
                FIRST_STRANGER, entry.getValue(), arrival(client, token(internal, FIRST_STRANGER)));
    }

    /**
     * Those who must not get in go first, so that they had time when the last of the others is
     * there.
     */
    private void exchange(List<Probe> admitted, List<Probe> refused) {
        int from = load.lineCount();
        refused.forEach(this::send);
        Set<String> missing = new HashSet<>();
        admitted.forEach(probe -> missing.add(probe.arrival()));
        sent += missing.size();
        keptOut += refused.size();
        for (int i = 0; i < SENDINGS && !missing.isEmpty(); i++) {
            admitted.stream()
                    .filter(probe -> missing.contains(probe.arrival()))
                    .forEach(this::send);
            // Not the last one alone: where shards wait for a processor, others come after it.
            load.awaitLine(from, line -> missing.remove(line) && missing.isEmpty(), ARRIVAL);
        }
        lost += missing.size();
        admitted.stream()
                .filter(probe -> missing.contains(probe.arrival()))
                .map(Probe::text)
                .forEach(probe -> violations.add(probe + " did not arrive"));
        Set<String> arrived = new HashSet<>(load.linesFrom(from));
        refused.stream()
                .filter(probe -> arrived.contains(probe.arrival()))
                .forEach(probe -> {
                    gotIn++;
                    violations.add(probe.text() + " arrived");
                });
    }

    private void send(Probe probe) {
        String[] external = probe.external().split("/", -1);
        String text = probe.arrival().substring(probe.arrival().lastIndexOf(' ') + 1);
        sockets.get(probe.host() - FIRST_STRANGER)
                .send(
                        text.getBytes(StandardCharsets.US_ASCII),
                        external[0],
                        Integer.parseInt(external[2]));
    }

    /** A subscriber speaks to the remote peer, which must see the tuple that was promised. */
    private void hear(Held peer) {
        spoken++;
        for (int i = 0; i < SENDINGS; i++) {
            load.send("speak " + peer.ack().client());
            Optional<Datagram> heard = sockets.getLast().receive(ARRIVAL);
            if (heard.isPresent()) {
                Datagram datagram = heard.get();
                String seen = datagram.address() + "/17/" + datagram.port();
                if (!seen.equals(peer.external())) {
                    disguise(peer, seen);
                }
                return;
            }
        }
        disguise(peer, "nothing");
    }

    private void disguise(Held peer, String seen) {
        disguised++;
        violations.add(
                "the remote peer of %s, promised %s, saw %s"
                        .formatted(peer.ack().internal(), peer.external(), seen));
    }

    /** What went wrong, a sentence for each datagram. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    /** Packets that had to arrive at a subscriber. */
    int sent() {
        return sent;
    }

    /** Those of them that did not. */
    int lost() {
        return lost;
    }

    /** Packets that a filter, or a deletion, had to keep out. */
    int keptOut() {
        return keptOut;
    }

    /** Those of them that arrived. */
    int gotIn() {
        return gotIn;
    }

    /** Packets to remote peers by what a PEER promised. */
    int spoken() {
        return spoken;
    }

    /** Those of them that came from elsewhere, or not at all. */
    int disguised() {
        return disguised;
    }

    @Override
    public void close() {
        sockets.forEach(UdpSocket::close);
    }
}
