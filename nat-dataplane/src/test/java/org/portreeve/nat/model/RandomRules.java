package org.portreeve.nat.model;

import java.util.List;
import java.util.SplittableRandom;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;

/** Rules of a profile as an operator might change them. One thread. */
final class RandomRules {
    private static final long SECOND_NS = 1_000_000_000L;

    private final SplittableRandom random;

    RandomRules(SplittableRandom random) {
        this.random = random;
    }

    /** Others than the usual ones, in some respects. */
    Rules next(Rules usual) {
        return new Rules(
                quota(usual.quota()),
                explicitPorts(usual.explicitPorts()),
                new Rules.Mapping(behaviour(), behaviour(), random.nextInt(3) == 0),
                new Rules.Filtering(behaviour(), behaviour()),
                eif(usual.eif()),
                random.nextInt(3) == 0 ? List.of(application(), application()) : List.of());
    }

    /** From nothing to twice as much; mostly the same. */
    private Rules.Quota quota(Rules.Quota usual) {
        return new Rules.Quota(
                around(usual.mappings()),
                around(usual.ports()),
                around(usual.sessions()),
                Math.max(1, around(usual.sessionsPerSecond())),
                around(usual.sessionBurst()),
                new Rules.PortsOf(part(usual.ports()), part(usual.ports()), part(usual.ports())));
    }

    private int part(int ports) {
        return random.nextInt(3) == 0 ? random.nextInt(ports + 1) : Rules.PortsOf.ALL;
    }

    private Rules.Eif eif(Rules.Eif usual) {
        int most = usual.inboundSessionsPerMapping();
        return new Rules.Eif(
                around(most),
                random.nextInt(3) == 0 ? around(2 * most) : Integer.MAX_VALUE,
                random.nextInt(3) == 0 ? around(4 * most) : Integer.MAX_VALUE,
                Math.max(1, around(usual.inboundSessionsPerSecond())),
                around(usual.inboundSessionBurst()),
                Math.max(SECOND_NS, around((int) (usual.unrepliedNs() / SECOND_NS)) * SECOND_NS),
                random.nextInt(3) == 0,
                random.nextInt(3) == 0);
    }

    private PortRange explicitPorts(PortRange usual) {
        return new PortRange(usual.first() + random.nextInt(4), usual.last());
    }

    private Behaviour behaviour() {
        return switch (random.nextInt(5)) {
            case 0 -> Behaviour.ADDRESS_DEPENDENT;
            case 1 -> Behaviour.ADDRESS_AND_PORT_DEPENDENT;
            default -> Behaviour.ENDPOINT_INDEPENDENT;
        };
    }

    private Application application() {
        boolean isInternal = random.nextBoolean();
        int first = isInternal ? random.nextInt(60_000) : random.nextInt(5_240, 5_500);
        return new Application(
                random.nextBoolean() ? Protocol.TCP : Protocol.UDP,
                isInternal ? Application.Side.INTERNAL : Application.Side.EXTERNAL,
                new PortRange(first, first + random.nextInt(isInternal ? 5_000 : 40)),
                behaviour(),
                behaviour());
    }

    private int around(int usual) {
        return random.nextBoolean() ? usual : random.nextInt(2 * usual + 1);
    }
}
