package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.portreeve.control.Description;
import org.portreeve.control.FilterChange;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.PortControl;
import org.portreeve.control.PortSet;
import org.portreeve.control.PortSpan;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;

/**
 * Clients that ask for sets of ports (RFC 7753), of internal ports that no others ask for, over
 * each other's ends. Each port of what is granted must be open, at external ports that follow each
 * other; what becomes of it later is seen by those who watch books, shards and external ports.
 */
final class SetRequesters {
    private static final int[] SIZES = {1, 2, 2, 3, 5, 8, 16};
    private static final long[] LIFETIMES = {0, 1, 60, 120, 600, 3_600, 90_000};
    private static final int FIRST_PORT = 4_000;
    private static final int PORTS = 24;
    private static final int REMEMBERED = 100;

    private final SplittableRandom random;
    private final WholeNode node;
    private final Traffic traffic;
    private final Tally tally;

    /** Hosts that asked lately, so that requests meet. */
    private final int[] lately = new int[REMEMBERED];

    private int asked;
    private int unanswered;

    SetRequesters(SplittableRandom random, WholeNode node, Traffic traffic, Tally tally) {
        this.random = random;
        this.node = node;
        this.traffic = traffic;
        this.tally = tally;
    }

    /** Some clients ask. */
    void ask() {
        for (int left = 1 + random.nextInt(20); left > 0; left--) {
            ask(command());
        }
    }

    private MapCommand command() {
        int protocol = random.nextBoolean() ? Protocol.UDP : Protocol.TCP;
        int port = FIRST_PORT + random.nextInt(PORTS);
        int size = SIZES[random.nextInt(SIZES.length)];
        var pool = node.config.nat().pool();
        int host = host();
        return new MapCommand(
                InternalTuple.of(protocol, host, port),
                new Nonce(3, random.nextInt(8) == 0 ? 2 : 1),
                LeaseOrigin.PCP,
                0,
                random.nextInt(3) > 0
                        ? 0
                        : pool.incomingPorts().first()
                                + random.nextInt(pool.incomingPorts().size()),
                random.nextInt(8) == 0,
                LIFETIMES[random.nextInt(LIFETIMES.length)],
                host,
                5350,
                Description.NONE,
                true,
                FilterChange.NONE,
                new PortSet(size, random.nextBoolean()));
    }

    private int host() {
        if (asked > 0 && random.nextInt(4) > 0) {
            return lately[random.nextInt(Math.min(asked, REMEMBERED))];
        }
        int ip = Population.ip(traffic.host());
        lately[asked++ % REMEMBERED] = ip;
        return ip;
    }

    private void ask(MapCommand command) {
        PortControl process = node.control;
        boolean[] isAnswered = {false};
        unanswered++;
        process.map(
                command,
                node.nowNs(),
                node.wallMillis(),
                outcome -> {
                    assertEquals(process, node.control, "a dead process answered");
                    // A set that meets several mappings is answered once for each.
                    unanswered -= isAnswered[0] ? 0 : 1;
                    isAnswered[0] = true;
                    if (outcome instanceof MapOutcome.Granted granted) {
                        onGranted(command, granted);
                    }
                });
    }

    private void onGranted(MapCommand command, MapOutcome.Granted granted) {
        PortSpan span = granted.span();
        InternalTuple asked = command.internal();
        int first = span.equals(PortSpan.ASKED) ? asked.internalPort() : span.internalPort();
        int last = asked.internalPort() + command.set().size() - 1;
        assertTrue(
                first <= last && first + span.size() > asked.internalPort(),
                () -> "answered about other ports: " + granted + " for " + command);
        tally.setsGranted += span.isSet() ? 1 : 0;
        for (int i = 0; i < span.size(); i++) {
            InternalTuple internal =
                    InternalTuple.of(asked.protocol(), asked.internalIp(), first + i);
            assertTrue(
                    node.isOpen(internal, granted.externalIp(), granted.externalPort() + i),
                    () -> "granted but closed: " + internal + " of " + granted + " by " + command);
        }
    }

    void checkAnswered() {
        assertEquals(0, unanswered, "requests for sets without an answer");
    }

    /** The node is gone. */
    void nodeDied() {
        unanswered = 0;
    }
}
