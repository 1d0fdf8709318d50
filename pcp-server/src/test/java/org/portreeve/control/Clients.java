package org.portreeve.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;

/**
 * Few requesters with few ports, so that they meet often, and what each may rely on: a grant holds
 * until its lifetime is over or somebody who may change it has asked for that.
 */
public final class Clients {
    static final int HOSTS = 5;
    static final int PORTS = 7;
    private static final int NOT_OURS = 0xcb00_7101;

    private final SplittableRandom random;
    private final Supplier<ControlConfig> config;
    private final Map<InternalTuple, Acknowledged> acknowledged = new HashMap<>();
    private final Map<InternalTuple, Integer> outstanding = new HashMap<>();
    private final List<MapCommand> lately = new ArrayList<>();

    /** Wishes of staff that may end what is granted meanwhile. */
    private final Map<InternalTuple, Integer> dropped = new HashMap<>();

    private final Map<Integer, Integer> released = new HashMap<>();

    /** How often an address got another owner. */
    private final Map<Integer, Integer> moves = new HashMap<>();

    private long asked;
    private long answered;

    public Clients(SplittableRandom random, Supplier<ControlConfig> config) {
        this.random = random;
        this.config = config;
    }

    /** What a client was told and has not given up. */
    public record Acknowledged(Granted granted, MapCommand command, long untilNs) {}

    InternalTuple tuple() {
        int protocol = random.nextBoolean() ? Protocol.UDP : Protocol.TCP;
        return InternalTuple.of(
                protocol, ControlRig.HOST_A + random.nextInt(HOSTS), 1 + random.nextInt(PORTS));
    }

    /** A new wish, or one of the last ones again. */
    MapCommand command() {
        if (!lately.isEmpty() && random.nextInt(6) == 0) {
            return lately.get(random.nextInt(lately.size()));
        }
        long[] lifetimes = {0, 0, 1, 120, 200, 600, 3600};
        InternalTuple internal = tuple();
        LeaseOrigin origin = random.nextInt(5) == 0 ? LeaseOrigin.NAT_PMP : LeaseOrigin.PCP;
        MapCommand command =
                new MapCommand(
                        internal,
                        random.nextInt(8) == 0 ? ControlRig.OTHER_NONCE : ControlRig.NONCE,
                        origin,
                        origin == LeaseOrigin.PCP ? suggestedIp() : 0,
                        random.nextBoolean() ? 0 : 1022 + random.nextInt(12),
                        random.nextInt(6) == 0,
                        lifetimes[random.nextInt(lifetimes.length)],
                        internal.internalIp(),
                        5350,
                        random.nextBoolean() ? Description.NONE : "game " + random.nextInt(9));
        if (lately.size() > 4) {
            lately.removeFirst();
        }
        lately.add(command);
        return command;
    }

    /** Mostly none, else one of the pool, or one that is nobody's. */
    private int suggestedIp() {
        List<Integer> pool = config.get().nat().pool().addresses();
        return switch (random.nextInt(8)) {
            case 0 -> NOT_OURS;
            case 1, 2, 3 -> pool.get(random.nextInt(pool.size()));
            default -> 0;
        };
    }

    /** Sends a command; the listener hears each grant, with its command. */
    public void ask(
            MapCommand command,
            PortControl control,
            long nowNs,
            long wallMillis,
            BiConsumer<MapCommand, Granted> onGranted) {
        asked++;
        outstanding.merge(command.internal(), 1, Integer::sum);
        giveUp(command, nowNs);
        boolean[] done = {false};
        int movesBefore = movesOf(command);
        control.map(
                command,
                nowNs,
                wallMillis,
                outcome -> {
                    assert !done[0] : "answered twice";
                    done[0] = true;
                    answered++;
                    outstanding.computeIfPresent(
                            command.internal(), (_, n) -> n == 1 ? null : n - 1);
                    if (outcome instanceof Granted granted) {
                        onGranted.accept(command, granted);
                        if (movesOf(command) != movesBefore) {
                            acknowledged.remove(command.internal());
                        }
                    }
                });
    }

    /**
     * Notes a grant, unless another request under way may have made it out of date already; returns
     * whether it may be relied on.
     */
    public boolean acknowledge(MapCommand command, Granted granted, long nowNs) {
        boolean isCertain =
                !outstanding.containsKey(command.internal()) && !isDoubtful(command.internal());
        if (isCertain) {
            long untilNs = nowNs + (granted.lifetimeSeconds() - 1) * Durations.NS_PER_SECOND;
            acknowledged.put(command.internal(), new Acknowledged(granted, command, untilNs));
        }
        return isCertain;
    }

    /** What must work now. */
    public Map<InternalTuple, Acknowledged> acknowledged(long nowNs) {
        acknowledged.values().removeIf(a -> a.untilNs - nowNs <= 0);
        return acknowledged;
    }

    /** The server is gone: nothing under way is answered, and its clock may have been off. */
    public void serverDied(long clockSlackNs) {
        outstanding.clear();
        dropped.clear();
        released.clear();
        answered = asked;
        acknowledged.replaceAll(
                (_, a) -> new Acknowledged(a.granted, a.command, a.untilNs - clockSlackNs));
    }

    /** An address has another owner from now on, who has nothing yet. */
    public void moved(int host) {
        moves.merge(host, 1, Integer::sum);
        acknowledged.keySet().removeIf(internal -> internal.internalIp() == host);
    }

    /** Staff may end this mapping from now on. */
    public void mayLose(InternalTuple internal) {
        dropped.merge(internal, 1, Integer::sum);
        acknowledged.remove(internal);
    }

    /** What was promised to some is not relied on any more. */
    public void forget(BiPredicate<InternalTuple, Granted> some) {
        acknowledged.entrySet().removeIf(e -> some.test(e.getKey(), e.getValue().granted));
    }

    /** The same for all of an address. */
    public void mayLose(int host) {
        released.merge(host, 1, Integer::sum);
        acknowledged.keySet().removeIf(internal -> internal.internalIp() == host);
    }

    public void mayKeep(InternalTuple internal) {
        dropped.computeIfPresent(internal, (_, n) -> n == 1 ? null : n - 1);
    }

    public void mayKeep(int host) {
        released.computeIfPresent(host, (_, n) -> n == 1 ? null : n - 1);
    }

    private boolean isDoubtful(InternalTuple internal) {
        return dropped.containsKey(internal) || released.containsKey(internal.internalIp());
    }

    private int movesOf(MapCommand command) {
        return moves.getOrDefault(command.internal().internalIp(), 0);
    }

    public long unanswered() {
        return asked - answered;
    }

    private void giveUp(MapCommand command, long nowNs) {
        Acknowledged known = acknowledged.get(command.internal());
        if (known == null || isStranger(command, known)) {
            return;
        }
        if (command.lifetimeSeconds() == 0) {
            acknowledged.remove(command.internal());
            return;
        }
        long seconds = config.get().policy().lifetime().granted(command.lifetimeSeconds());
        if (command.origin() == LeaseOrigin.NAT_PMP) {
            seconds = Math.min(seconds, command.lifetimeSeconds());
        }
        long untilNs = Math.min(known.untilNs, nowNs + (seconds - 1) * Durations.NS_PER_SECOND);
        acknowledged.put(
                command.internal(), new Acknowledged(known.granted, known.command, untilNs));
    }

    private static boolean isStranger(MapCommand command, Acknowledged known) {
        return known.command.origin() == LeaseOrigin.PCP
                && command.origin() == LeaseOrigin.PCP
                && !command.nonce().equals(known.command.nonce());
    }
}
