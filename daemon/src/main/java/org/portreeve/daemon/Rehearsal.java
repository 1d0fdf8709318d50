package org.portreeve.daemon;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.portreeve.control.Nonce;
import org.portreeve.control.PortControl;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.history.Rush;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;
import org.portreeve.daemon.config.ConfigReader;
import org.portreeve.daemon.config.Host;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.shard.Translator;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.client.MappingWish;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.pcp.socket.ListenException;
import org.portreeve.pcp.socket.PcpListen;
import org.portreeve.pcp.socket.PcpVerticle;
import org.portreeve.pcp.socket.Wakeup;
import org.portreeve.pcp.wire.DecodedResponse;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpEncoder;
import org.portreeve.pcp.wire.PcpFormat;
import org.portreeve.pcp.wire.PcpResponse.MapResponse;
import org.portreeve.pcp.wire.ResponseDecoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves some thousand requests of nobody on loopback before many leases are put back, so that the
 * code that serves requests is compiled before their owners hear of the start and ask all at once:
 * as it is after the start of a program it serves some hundred in a second. All its parts are its
 * own, and forgotten; it writes no file and announces nothing. Main thread.
 */
final class Rehearsal {
    /** So many calls of a method, and a few more, have it compiled for good. */
    private static final int REQUESTS = 20_000;

    private static final int UNDER_WAY = 64;

    /** New at first, renewed from then on. */
    private static final int MAPPINGS = 1_000;

    private static final int LIFETIME_SECONDS = 600;
    private static final int FIRST_PORT = 5_000;

    /** On a machine that has other things to do the start does not wait for it. */
    private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(5);

    private static final int ANSWER_MILLIS = 100;
    private static final long MEMORY_BYTES = 1L << 28;

    // Addresses of the loopback network that nobody uses.
    private static final int SERVER = Ipv4.of("127.83.17.6");
    private static final int CLIENT = Ipv4.of("127.83.17.7");

    private static final String CONFIG =
            """
            translator:
              shards: 1
              capacity: {sessions: 1024, mappings: 2048, subscribers: 64}
            profiles:
              default:
                quota: {mappings: 2000, requests: {per-second: 1000000, burst: 1000000}}
            pcp: {announce: {multicast: false, unicast: false}}
            """;

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    private final Vertx vertx;
    private final Clocks clocks;
    private final SecureRandom random;
    private final long endNs;

    private Rehearsal(Vertx vertx, Clocks clocks, SecureRandom random) {
        this.vertx = vertx;
        this.clocks = clocks;
        this.random = random;
        endNs = clocks.nowNs().getAsLong() + LONGEST_NS;
    }

    /**
     * Plays one if so many leases are worth it, and returns how many requests were granted. That it
     * cannot be played keeps no node from its start.
     */
    static int play(int leases, Vertx vertx, Clocks clocks, SecureRandom random)
            throws InterruptedException {
        if (leases < Rush.MANY_LEASES) {
            return 0;
        }
        try {
            return new Rehearsal(vertx, clocks, random).play();
        } catch (IOException | NodeStartException | ListenException | RuntimeException e) {
            LOG.debug("The rehearsal ended early", e);
            return 0;
        }
    }

    private int play()
            throws IOException, NodeStartException, ListenException, InterruptedException {
        NodeConfig config = config();
        var directory = new Directory();
        var wakeup = new Wakeup();
        var port = new MemoryPort();
        var translator =
                new Translator(config.nat(), directory, List.of(port), random, Rehearsal::broke);
        try {
            translator.links().forEach(link -> link.outcomesReady(wakeup));
            var control =
                    new PortControl(
                            ControlSettings.of(config),
                            directory,
                            translator.links(),
                            new Forgetful(wakeup),
                            RecoveredState.empty(),
                            clocks.nowNs().getAsLong(),
                            clocks.wallMillis().getAsLong());
            translator.start();
            return serve(control, config, wakeup);
        } finally {
            translator.close();
            port.close();
        }
    }

    private static NodeConfig config() {
        if (ConfigReader.read(CONFIG, new Host(1, MEMORY_BYTES)) instanceof Valid valid) {
            return valid.config();
        }
        throw new AssertionError("the rehearsal's configuration is refused");
    }

    private int serve(PortControl control, NodeConfig config, Wakeup wakeup)
            throws IOException, NodeStartException, ListenException, InterruptedException {
        var counters = new Counters<>(PcpCounter.class);
        var natPmp = new NatPmpServer(control, new Counters<>(NatPmpCounter.class));
        var server = new PcpServer(control, PcpServer.TOTAL, counters, natPmp);
        server.use(config.pcp().settings());
        var listen = new PcpListen(List.of(SERVER), 0);
        var verticle = new PcpVerticle(listen, server, counters, clocks, wakeup, Rehearsal::broke);
        String deployment = Awaited.started(vertx.deployVerticle(verticle), "the rehearsal");
        try {
            int at = verticle.localAddresses().getFirst().port();
            return ask(new InetSocketAddress(PcpAddress.ofIpv4(SERVER).inetAddress(), at));
        } finally {
            Awaited.stopped(vertx.undeploy(deployment));
        }
    }

    private int ask(SocketAddress server) throws IOException {
        var nonce = new Nonce(random.nextLong(), random.nextInt());
        var client = PcpAddress.ofIpv4(CLIENT);
        try (var socket = new DatagramSocket(new InetSocketAddress(client.inetAddress(), 0))) {
            socket.connect(server);
            socket.setSoTimeout(ANSWER_MILLIS);
            int sent = 0;
            int granted = 0;
            for (int answered = 0; answered < REQUESTS; answered++) {
                while (sent < answered + UNDER_WAY) {
                    send(socket, client, nonce, sent++);
                }
                granted += isGranted(socket) ? 1 : 0;
                if (clocks.nowNs().getAsLong() - endNs >= 0) {
                    break;
                }
            }
            return granted;
        }
    }

    private static void send(DatagramSocket socket, PcpAddress client, Nonce nonce, int index)
            throws IOException {
        int protocol = index % 2 == 0 ? Protocol.UDP : Protocol.TCP;
        int port = FIRST_PORT + index % MAPPINGS;
        var wish = MappingWish.of(nonce, protocol, port, LIFETIME_SECONDS);
        byte[] octets = PcpEncoder.octets(wish.request(client));
        socket.send(new DatagramPacket(octets, octets.length));
    }

    private static boolean isGranted(DatagramSocket socket) throws IOException {
        byte[] octets = new byte[PcpFormat.MAX_MESSAGE_BYTES];
        var answer = new DatagramPacket(octets, octets.length);
        try {
            socket.receive(answer);
            return ResponseDecoder.decode(Arrays.copyOf(octets, answer.getLength()))
                    instanceof DecodedResponse.Accepted(MapResponse _);
        } catch (SocketTimeoutException _) {
            // One that is lost is not missed.
            return false;
        }
    }

    private static void broke(Throwable defect) {
        LOG.debug("The rehearsal met a defect", defect);
    }

    /** Keeps nothing: what is appended counts as durable at once. Event loop of the rehearsal. */
    private static final class Forgetful implements LeaseJournal {
        private final Runnable wakeup;
        private long appended;
        private long reported;

        Forgetful(Runnable wakeup) {
            this.wakeup = wakeup;
        }

        @Override
        public long append(JournalRecord record) {
            wakeup.run();
            return ++appended;
        }

        @Override
        public int drain(Completion handler, int limit) {
            long through = Math.min(appended, reported + limit);
            int done = (int) (through - reported);
            if (done > 0) {
                reported = through;
                handler.completed(through, true);
            }
            return done;
        }

        @Override
        public boolean wantsCheckpoint() {
            return false;
        }

        @Override
        public boolean mayBeginCheckpoint() {
            return false;
        }

        @Override
        public void beginCheckpoint() {
            throw new AssertionError("never wanted");
        }

        @Override
        public void endCheckpoint() {
            throw new AssertionError("never begun");
        }

        @Override
        public void close() {
            // There is nothing to write.
        }
    }
}
