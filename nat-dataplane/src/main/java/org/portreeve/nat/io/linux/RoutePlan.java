package org.portreeve.nat.io.linux;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.ErrorRules;

/**
 * Computes the iproute2 commands that lead packets to the translator and nowhere else. Pure.
 *
 * <p>Three tables, and rules between the table of local addresses and the main one:
 *
 * <ul>
 *   <li><i>subscribers</i>: whatever comes in on an inside interface goes to the inside TUN device.
 *   <li><i>guard</i>: nothing that comes from outside, or from the translator's outside device, may
 *       address a subscriber.
 *   <li><i>pool</i>: whatever is for a pool address goes to the outside TUN device, wherever it
 *       comes from, the host included, so that it never goes back upstream.
 * </ul>
 *
 * <p>Destinations that subscribers reach untranslated have two exceptions: what they send to a
 * subscriber goes to the outside TUN device, where the translator looks at it, by a fourth table,
 * and so does all ICMP, since any router on the way may have an error to tell; and what leaves that
 * device for them may have a subscriber's source.
 *
 * <p>ICMP errors of the host about packets that the translator sends inside quote internal
 * addresses: they have a source of their own, by which they go to the translator like a
 * subscriber's.
 *
 * <p>What the translator sends inside goes by the main table but not by its default route, which
 * leads outside. What has a subscriber's source and comes from neither an inside interface nor the
 * host itself is discarded. Behind each route to a device stands a blackhole: when the device goes,
 * because the node was stopped or killed, the blackhole stays and nothing leaks.
 *
 * <p>All this exists in one of two generations with priorities and tables of their own. A start
 * builds the generation that is not in force, then removes the other: at every moment one of them
 * is whole. A generation is whole when its last rule, which does nothing, is there.
 */
final class RoutePlan {
    /** The routing protocol number that marks every rule and route of a node. */
    static final int PROTOCOL = 151;

    /** Worse than any route an operator would set, so that it holds only when others are gone. */
    private static final long BLACKHOLE_METRIC = 4_278_198_272L;

    /** The longest packet: the TUN devices never are what makes one too long. */
    private static final int TUN_MTU = 65_535;

    /** Packets that may wait in the kernel for each queue of a TUN device. */
    private static final int TUN_QUEUE_PACKETS = 1_000;

    private static final String NODE = Ipv4.format(ErrorRules.NODE_IP);
    private static final String OURS = " protocol " + PROTOCOL;

    private final RouteConfig config;
    private final Generation generation;
    private final List<String> commands = new ArrayList<>();

    private RoutePlan(RouteConfig config, Generation generation) {
        this.config = config;
        this.generation = generation;
    }

    /** The commands, in order, that replace what is installed by what the configuration wants. */
    static List<String> install(RouteConfig config, InstalledRoutes installed) {
        Generation current =
                Generation.FIRST.isWhole(installed) ? Generation.FIRST : Generation.SECOND;
        var plan = new RoutePlan(config, current.other());
        plan.remove(current.other(), installed);
        plan.blackholes();
        plan.devices();
        plan.deviceRoutes();
        plan.rules();
        plan.remove(current, installed);
        return plan.commands;
    }

    /** The commands that remove everything a node left. */
    static List<String> clean(InstalledRoutes installed) {
        List<String> commands = new ArrayList<>();
        for (int priority : installed.rulePriorities().reversed()) {
            commands.add(removeRule(priority));
        }
        for (int table : installed.tables().stream().sorted().toList()) {
            commands.add("route flush table " + table + OURS);
        }
        return commands;
    }

    private void remove(Generation old, InstalledRoutes installed) {
        installed.rulePriorities().stream()
                .filter(old::hasPriority)
                .sorted(Collections.reverseOrder())
                .forEach(priority -> commands.add(removeRule(priority)));
        installed.tables().stream()
                .filter(old::hasTable)
                .sorted()
                .forEach(table -> commands.add("route flush table " + table + OURS));
    }

    private void blackholes() {
        blackhole("default", generation.subscribers());
        config.insidePrefixes().forEach(prefix -> blackhole(prefix.toString(), generation.guard()));
        config.pool().forEach(prefix -> blackhole(prefix.toString(), generation.pool()));
    }

    private void blackhole(String destination, int table) {
        commands.add(
                "route replace blackhole "
                        + destination
                        + " metric "
                        + BLACKHOLE_METRIC
                        + " table "
                        + table
                        + OURS);
    }

    private void devices() {
        for (String device : List.of(config.insideTun(), config.outsideTun())) {
            commands.add(
                    "link set dev "
                            + device
                            + " mtu "
                            + TUN_MTU
                            + " txqueuelen "
                            + TUN_QUEUE_PACKETS
                            + " up");
        }
        commands.add("addr replace " + NODE + "/32 scope link dev " + config.insideTun());
    }

    private void deviceRoutes() {
        route("default", config.insideTun(), generation.subscribers());
        for (Prefix prefix : config.pool()) {
            route(prefix.toString(), config.outsideTun(), generation.pool());
        }
        if (!config.passThrough().isEmpty()) {
            config.insidePrefixes()
                    .forEach(prefix ->
                            route(
                                    prefix.toString(),
                                    config.outsideTun(),
                                    generation.untranslated()));
        }
    }

    private void route(String destination, String device, int table) {
        commands.add("route replace " + destination + " dev " + device + " table " + table + OURS);
    }

    /** The rule that others jump to comes first and the mark of a whole generation last. */
    private void rules() {
        rule(Rank.POOL, "lookup " + generation.pool());
        for (String inside : config.insideInterfaces()) {
            rule(Rank.SUBSCRIBERS, "iif " + inside + " lookup " + generation.subscribers());
        }
        rule(Rank.INWARD, "iif " + config.insideTun() + " lookup main suppress_prefixlength 0");
        rule(Rank.INWARD_ELSE, "iif " + config.insideTun() + " blackhole");
        untranslatedRules();
        for (String outside : config.outsideInterfaces()) {
            rule(Rank.GUARD, "iif " + outside + " lookup " + generation.guard());
        }
        rule(Rank.GUARD, "iif " + config.outsideTun() + " lookup " + generation.guard());
        rule(Rank.ERRORS, "from " + NODE + " iif lo lookup " + generation.subscribers());
        rule(Rank.OWN, "iif lo goto " + generation.priority(Rank.POOL));
        for (Prefix prefix : config.insidePrefixes()) {
            rule(Rank.SOURCES, "from " + prefix + " blackhole");
        }
        rule(Rank.WHOLE, "nop");
    }

    /** Behind the first there is the guard, and behind the second what discards sources. */
    private void untranslatedRules() {
        if (config.passThrough().isEmpty()) {
            return;
        }
        for (String outside : config.outsideInterfaces()) {
            String what = "iif " + outside + " ipproto icmp";
            rule(Rank.UNTRANSLATED_IN, what + " lookup " + generation.untranslated());
        }
        for (Prefix prefix : config.passThrough()) {
            for (String outside : config.outsideInterfaces()) {
                String what = "from " + prefix + " iif " + outside;
                rule(Rank.UNTRANSLATED_IN, what + " lookup " + generation.untranslated());
            }
            rule(
                    Rank.UNTRANSLATED_OUT,
                    "to " + prefix + " iif " + config.outsideTun() + " lookup main");
        }
    }

    private void rule(Rank rank, String what) {
        commands.add("rule add pref " + generation.priority(rank) + " " + what + OURS);
    }

    private static String removeRule(int priority) {
        return "rule del pref " + priority + OURS;
    }

    /** The order in which the rules of a generation are asked. */
    private enum Rank {
        /** What comes in on an inside interface is a subscriber's. */
        SUBSCRIBERS(0),
        /** What the translator sends inside, as far as the main table knows the way. */
        INWARD(1),
        /** The rest of it is discarded. */
        INWARD_ELSE(2),
        /** What comes from where subscribers reach it untranslated is the translator's. */
        UNTRANSLATED_IN(2),
        /** What comes from outside must not address a subscriber. */
        GUARD(3),
        /** ICMP errors of the host about what the translator sends inside go back to it. */
        ERRORS(3),
        /** The host's own packets may have an address among the subscribers. */
        OWN(4),
        /** What the translator sends where subscribers are known by their own addresses. */
        UNTRANSLATED_OUT(4),
        /** Others may not. */
        SOURCES(5),
        /** What is for the pool. */
        POOL(6),
        /** Says that all of the above are there. */
        WHOLE(7);

        private final int offset;

        Rank(int offset) {
            this.offset = offset;
        }
    }

    /** Priorities and tables of which only one set is in force. */
    private enum Generation {
        FIRST(5_300, 53_500),
        SECOND(5_310, 53_510);

        private static final int SPAN = 10;

        private final int firstPriority;
        private final int firstTable;

        Generation(int firstPriority, int firstTable) {
            this.firstPriority = firstPriority;
            this.firstTable = firstTable;
        }

        Generation other() {
            return this == FIRST ? SECOND : FIRST;
        }

        boolean isWhole(InstalledRoutes installed) {
            return installed.rulePriorities().contains(priority(Rank.WHOLE));
        }

        int priority(Rank rank) {
            return firstPriority + rank.offset;
        }

        boolean hasPriority(int priority) {
            return firstPriority <= priority && priority < firstPriority + SPAN;
        }

        boolean hasTable(int table) {
            return firstTable <= table && table < firstTable + SPAN;
        }

        int subscribers() {
            return firstTable;
        }

        int guard() {
            return firstTable + 1;
        }

        int pool() {
            return firstTable + 2;
        }

        int untranslated() {
            return firstTable + 3;
        }
    }
}
