package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Rules;

/**
 * Goal: whatever hosts ask by whichever protocol, and however grants overlap, no external number is
 * two hosts' in its two protocols when one of both came by NAT-PMP; who asks is refused only when
 * nothing is left; and all deletions of a host leave what is PCP's. Method: a model of maps beside
 * port control with few ports, random requests in groups whose turns interleave.
 */
class CompanionSimulationTest {
    private static final int STEPS = 1500;
    private static final int FIRST_PORT = 2000;
    private static final int LAST_PORT = 2011;
    private static final List<LeaseOrigin> ORIGINS = List.of(LeaseOrigin.values());

    private SplittableRandom random;
    private ControlRig rig;
    private int most;

    /** Who owns what, as far as the answers say. */
    private final Map<InternalTuple, Known> granted = new HashMap<>();

    private record Known(LeaseOrigin origin, int externalPort) {}

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void noNumberHasTwoHostsWhereNatPmpHasOne(long seed) {
        random = new SplittableRandom(seed);
        NatConfig nat = ControlRig.nat(1, new PortRange(FIRST_PORT, LAST_PORT));
        var lifetime = new LifetimeBounds(120, 86_400);
        rig =
                new ControlRig(
                        1,
                        ControlConfig.of(
                                new NatConfig(
                                        1,
                                        nat.inside(),
                                        Pool.of(
                                                List.of(Ipv4.of("198.51.100.1")),
                                                nat.pool().ports(),
                                                nat.pool().incomingPorts(),
                                                nat.pool().block()),
                                        nat.timers(),
                                        nat.capacity(),
                                        Rules.of(
                                                nat.rules().quota(),
                                                nat.rules().explicitPorts(),
                                                nat.rules().eif())),
                                lifetime,
                                new RequestRate(1000, 1000)));
        for (int step = 0; step < STEPS; step++) {
            step();
            check();
            most = Math.max(most, granted.size());
        }
        assertTrue(most > LAST_PORT - FIRST_PORT, "ports were never scarce");
    }

    private void step() {
        switch (random.nextInt(12)) {
            case 0 -> deleteAll();
            // Holds end too, or all ports would rest in the end.
            case 1 -> {
                rig.advance(8000);
                rig.settle();
                granted.clear();
            }
            default -> askSome();
        }
    }

    private void askSome() {
        List<MapCommand> commands = new ArrayList<>();
        List<List<MapOutcome>> answers = new ArrayList<>();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            MapCommand command = command();
            if (commands.stream().noneMatch(c -> c.internal().equals(command.internal()))) {
                commands.add(command);
                answers.add(rig.ask(command));
            }
        }
        boolean alone = commands.size() == 1;
        int free = alone ? openPorts(commands.getFirst()) : 0;
        rig.settle();
        for (int i = 0; i < commands.size(); i++) {
            assertEquals(1, answers.get(i).size());
            note(commands.get(i), answers.get(i).getFirst());
        }
        if (alone && answers.getFirst().getFirst() instanceof MapOutcome.Refused refused) {
            boolean wanting = refused.reason() == MapOutcome.Reason.NO_RESOURCES;
            assertFalse(wanting && free > 0, () -> free + " ports were open: " + commands);
        }
    }

    private MapCommand command() {
        int protocol = random.nextBoolean() ? Protocol.UDP : Protocol.TCP;
        int host = ControlRig.HOST_A + random.nextInt(4);
        var internal = InternalTuple.of(protocol, host, 80 + random.nextInt(5));
        LeaseOrigin origin = ORIGINS.get(random.nextInt(ORIGINS.size()));
        long lifetimeSeconds = random.nextInt(5) == 0 ? 0 : 3600;
        return new MapCommand(
                internal,
                origin == LeaseOrigin.PCP ? ControlRig.NONCE : Nonce.ZERO,
                origin,
                0,
                random.nextBoolean() ? 0 : FIRST_PORT + random.nextInt(12),
                random.nextInt(4) == 0,
                lifetimeSeconds,
                host,
                0,
                Description.NONE);
    }

    private void note(MapCommand command, MapOutcome outcome) {
        Known before = granted.get(command.internal());
        switch (outcome) {
            case Granted grant -> {
                boolean theirs = before != null && command.origin() == LeaseOrigin.NAT_PMP;
                LeaseOrigin owner = theirs ? before.origin : command.origin();
                granted.put(command.internal(), new Known(owner, grant.externalPort()));
            }
            case MapOutcome.Deleted _ -> granted.remove(command.internal());
            case MapOutcome.Refused _ -> {}
        }
    }

    private void deleteAll() {
        int protocol = random.nextBoolean() ? Protocol.UDP : Protocol.TCP;
        int host = ControlRig.HOST_A + random.nextInt(4);
        var all = InternalTuple.of(protocol, host, 0);
        List<MapOutcome> answers = new ArrayList<>();
        MapCommand command = ControlRig.natPmp(all, 0, 0);
        rig.control.deleteAll(command, rig.nowNs, rig.wallMillis, answers::add);
        rig.settle();
        assertEquals(1, answers.size());
        boolean pcpOwned =
                granted.entrySet().stream()
                        .anyMatch(e ->
                                isOf(e.getKey(), all) && e.getValue().origin == LeaseOrigin.PCP);
        assertEquals(pcpOwned, answers.getFirst() instanceof MapOutcome.Refused);
        granted.entrySet()
                .removeIf(e -> isOf(e.getKey(), all) && e.getValue().origin != LeaseOrigin.PCP);
    }

    private static boolean isOf(InternalTuple tuple, InternalTuple all) {
        return tuple.internalIp() == all.internalIp() && tuple.protocol() == all.protocol();
    }

    /** Ports that the model has nothing against, ports that rest being left out. */
    private int openPorts(MapCommand command) {
        int open = 0;
        for (int port = FIRST_PORT; port <= LAST_PORT; port++) {
            open += isOpen(command, port) ? 1 : 0;
        }
        return open;
    }

    private boolean isOpen(MapCommand command, int port) {
        boolean rests =
                rig.shards.getFirst().rests(Protocol.UDP, 0, port)
                        || rig.shards.getFirst().rests(Protocol.TCP, 0, port);
        return !rests
                && granted.entrySet().stream()
                        .filter(e -> e.getValue().externalPort == port)
                        .noneMatch(e -> forbids(e.getKey(), e.getValue(), command));
    }

    private static boolean forbids(InternalTuple other, Known known, MapCommand command) {
        if (other.protocol() == command.internal().protocol()) {
            return true;
        }
        return other.internalIp() != command.internal().internalIp()
                && (known.origin == LeaseOrigin.NAT_PMP || command.origin() == LeaseOrigin.NAT_PMP);
    }

    private void check() {
        Map<Integer, InternalTuple> natPmpHosts = new HashMap<>();
        granted.forEach((internal, known) -> {
            if (known.origin == LeaseOrigin.NAT_PMP) {
                natPmpHosts.put(known.externalPort, internal);
            }
        });
        granted.forEach((internal, known) -> {
            InternalTuple reserved = natPmpHosts.get(known.externalPort);
            assertTrue(
                    reserved == null || reserved.internalIp() == internal.internalIp(),
                    () -> internal + " has the companion of " + reserved);
        });
        assertEquals(granted.size(), rig.control.sizes().leases());
    }
}
