package org.portreeve.testkit.kills;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * Many subscribers that ask for mappings, renew and delete them; each acknowledgement goes to the
 * record. A duty cycle on one thread.
 */
final class Load implements AutoCloseable {
    private static final int MAX_UNDER_WAY = 4_000;
    private static final int MAX_SENT_PER_CYCLE = 64;
    private static final int SELECT_MILLIS = 1;
    private static final int BUFFER_BYTES = 2_048;
    private static final long RETRANSMIT_NS = 1_000_000_000L;
    private static final long QUIET_NS = 3_000_000_000L;
    private static final int NETWORK_FAILURE = 7;
    private static final int DELETIONS_PERCENT = 20;

    /** On the port it has, or had last: that is refused when somebody else has it now. */
    private static final int INSISTING_PERCENT = 15;

    private static final int SUBSCRIBERS_FOR_EACH_PEER = 10;
    private static final int SHORTEST_LIFETIME_SECONDS = 120;
    private static final int LONGEST_LIFETIME_SECONDS = 3_600;

    private final SocketAddress server;
    private final Selector selector;
    private final InstantSource wall;
    private final SplittableRandom random;
    private final AckFile record;
    private final SocketAddress remotePeer =
            new InetSocketAddress(Probes.address(Probes.REMOTE_PEER), Probes.PORT);
    private final Map<String, Subscriber> subscribers = new HashMap<>();
    private final List<Slot> slots = new ArrayList<>();
    private final ArrayDeque<Sent> unsettled = new ArrayDeque<>();
    private final ArrayDeque<Slot> toVerify = new ArrayDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    private int ratePerSecond;
    private long rateSinceNs;
    private long sentSinceRate;
    private long sentCount;
    private int underWay;
    private int verifying;
    private boolean pausing;

    /** A request as it was sent; out of date when the slot was answered or sent again. */
    private record Sent(Slot slot, long sentNs) {
        boolean isWaiting() {
            return slot.isUnderWay() && slot.sentNs() == sentNs;
        }
    }

    private Load(
            SocketAddress server,
            Selector selector,
            InstantSource wall,
            long seed,
            AckFile record) {
        this.server = server;
        this.selector = selector;
        this.wall = wall;
        this.random = new SplittableRandom(seed);
        this.record = record;
    }

    /** Opens a socket for each subscriber, in 100.72.0.0/16. */
    static Load open(String server, int subscribers, InstantSource wall, long seed, AckFile record)
            throws IOException {
        var address = new InetSocketAddress(server, PcpRequests.SERVER_PORT);
        Load load = new Load(address, Selector.open(), wall, seed, record);
        for (int i = 0; i < subscribers; i++) {
            String subscriber = "100.72." + i / 250 + "." + (1 + i % 250);
            boolean hasPeer = i % SUBSCRIBERS_FOR_EACH_PEER == 0;
            load.add(Subscriber.open(subscriber, hasPeer, load.selector, load.random));
        }
        return load;
    }

    private void add(Subscriber subscriber) {
        subscribers.put(subscriber.address(), subscriber);
        slots.addAll(subscriber.slots());
    }

    /** Begins to send requests at this rate. */
    void start(int ratePerSecond, long nowNs) {
        this.ratePerSecond = ratePerSecond;
        rateSinceNs = nowNs;
        sentSinceRate = 0;
    }

    /** Sends nothing new; what is under way is brought to its end. */
    void pause() {
        ratePerSecond = 0;
        pausing = true;
    }

    /**
     * Renews every lease that should be there, and asks with another nonce for what was deleted:
     * were it still there, that would be refused.
     */
    void verify(long nowNs) throws IOException {
        record.write(Judge.VERIFY_BEGIN);
        for (Slot slot : slots) {
            if (slot.isGranted(nowNs) || slot.isDeleted()) {
                toVerify.add(slot);
            }
        }
        verifying = toVerify.size();
    }

    /** Has a subscriber say something to the peer that its PEER is for. */
    void speak(String subscriber) throws IOException {
        subscribers.get(subscriber).speak(remotePeer);
    }

    /** How many requests were sent, repetitions not counted. */
    long sentCount() {
        return sentCount;
    }

    /** One round: receive, repeat what is late, send what is due. */
    void doWork(long nowNs) throws IOException {
        receive(nowNs);
        repeatLate(nowNs);
        sendVerifications(nowNs);
        sendDue(nowNs);
        reportEnds();
        record.flush();
    }

    private void receive(long nowNs) throws IOException {
        selector.select(SELECT_MILLIS);
        for (SelectionKey key : selector.selectedKeys()) {
            Subscriber subscriber = (Subscriber) key.attachment();
            buffer.clear();
            DatagramChannel channel = (DatagramChannel) key.channel();
            SocketAddress source = channel.receive(buffer);
            if (source != null) {
                buffer.flip();
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                onDatagram(subscriber, source, bytes, nowNs);
            }
        }
        selector.selectedKeys().clear();
    }

    private void onDatagram(Subscriber subscriber, SocketAddress source, byte[] bytes, long nowNs)
            throws IOException {
        if (!source.equals(server)) {
            String text = new String(bytes, StandardCharsets.US_ASCII);
            System.out.println(Probes.arrival(subscriber.address(), text));
            return;
        }
        // Read now, not once a cycle: an answer must not seem older than it is.
        long readMillis = wall.millis();
        String client = subscriber.address();
        PcpAnswer answer = PcpAnswer.of(bytes);
        Optional<Slot> asked =
                subscriber.slots().stream().filter(slot -> slot.isAnsweredBy(answer)).findFirst();
        if (asked.isPresent()) {
            Slot slot = asked.get();
            record.write(Ack.of(slot.askedMillis(), readMillis, slot.wish(), client, bytes).line());
            if (answer.result() == NETWORK_FAILURE) {
                // A node that restores its leases has not looked at it; an earlier copy may have
                // been carried out all the same. It is sent again until it is known.
                return;
            }
            underWay--;
            slot.onAnswer(answer, nowNs, QUIET_NS);
        }
    }

    private void repeatLate(long nowNs) throws IOException {
        int repeated = 0;
        while (!unsettled.isEmpty() && repeated < MAX_SENT_PER_CYCLE) {
            Sent first = unsettled.peekFirst();
            if (first.isWaiting() && nowNs - first.sentNs() < RETRANSMIT_NS) {
                return;
            }
            unsettled.removeFirst();
            if (first.isWaiting()) {
                send(first.slot(), first.slot().askAgain(nowNs));
                repeated++;
            }
        }
    }

    private void sendVerifications(long nowNs) throws IOException {
        for (int i = 0; i < MAX_SENT_PER_CYCLE && underWay < MAX_UNDER_WAY; i++) {
            Slot slot = toVerify.pollFirst();
            if (slot == null) {
                return;
            }
            if (slot.isFree(nowNs)) {
                if (slot.isDeleted()) {
                    slot.renewNonce(random);
                }
                ask(slot, Wish.lifetime(lifetimeSeconds()), nowNs);
            } else {
                toVerify.addLast(slot);
            }
        }
    }

    private void sendDue(long nowNs) throws IOException {
        long due = (nowNs - rateSinceNs) / 1_000_000 * ratePerSecond / 1_000;
        for (int i = 0; i < MAX_SENT_PER_CYCLE; i++) {
            if (sentSinceRate >= due || underWay >= MAX_UNDER_WAY) {
                return;
            }
            Slot slot = slots.get(random.nextInt(slots.size()));
            if (slot.isFree(nowNs)) {
                sentSinceRate++;
                ask(slot, wish(slot, nowNs), nowNs);
            }
        }
    }

    private Wish wish(Slot slot, long nowNs) {
        if (slot.isPeer()) {
            return Wish.randomPeer(random, lifetimeSeconds());
        }
        if (slot.isGranted(nowNs) && random.nextInt(100) < DELETIONS_PERCENT) {
            return Wish.lifetime(0);
        }
        if (slot.isDeleted() && random.nextBoolean()) {
            slot.renewNonce(random);
        }
        Wish wish = Wish.random(random, lifetimeSeconds());
        if (slot.isSet()) {
            return wish;
        }
        boolean insists = random.nextInt(100) < INSISTING_PERCENT && slot.externalPort() != 0;
        return insists ? wish.insistingOn(slot.externalPort()) : wish;
    }

    private long lifetimeSeconds() {
        return random.nextInt(SHORTEST_LIFETIME_SECONDS, LONGEST_LIFETIME_SECONDS);
    }

    private void ask(Slot slot, Wish wish, long nowNs) throws IOException {
        sentCount++;
        underWay++;
        send(slot, slot.ask(wish, nowNs, wall.millis()));
    }

    private void send(Slot slot, byte[] request) throws IOException {
        unsettled.addLast(new Sent(slot, slot.sentNs()));
        slot.subscriber().channel().send(ByteBuffer.wrap(request), server);
    }

    private void reportEnds() throws IOException {
        if (!toVerify.isEmpty() || underWay > 0) {
            return;
        }
        if (verifying > 0) {
            record.write(Judge.VERIFY_END);
        }
        // Who reads these lines reads the record next.
        record.flush();
        if (verifying > 0) {
            System.out.println("verified " + verifying);
            verifying = 0;
        }
        if (pausing) {
            System.out.println("quiet");
            pausing = false;
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
