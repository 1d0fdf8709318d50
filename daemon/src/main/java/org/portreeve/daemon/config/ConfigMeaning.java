package org.portreeve.daemon.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.NatConfig;

/** What a configuration amounts to, in words for operators. Any thread. */
public final class ConfigMeaning {
    private static final int MIB = 1 << 20;

    private ConfigMeaning() {}

    /** The meaning, a line for each subject. */
    public static List<String> lines(NodeConfig config) {
        NatConfig nat = config.nat();
        var lines = new ArrayList<String>();
        lines.add("node: " + config.node() + ", data in " + config.data());
        lines.add("packets: " + packets(config.packetIo()));
        lines.add("subscribers: " + subscribers(config));
        lines.add("pool: " + pool(config.poolName(), nat));
        lines.addAll(PoolMeaning.lines(nat));
        nat.passThrough().forEach(each -> lines.add("untranslated: to and from " + each));
        lines.add("shards: " + nat.shardCount());
        lines.add("capacity: " + capacity(nat));
        lines.add("memory: " + memory(config));
        lines.add("log volume: " + PoolMeaning.logVolume(nat));
        config.policy().profiles().values().stream()
                .sorted(Comparator.comparing(Profile::name))
                .forEach(profile -> lines.addAll(ProfileMeaning.lines(profile)));
        lines.add("pcp: " + pcp(config));
        lines.add("upnp: " + upnp(config.upnp()));
        lines.add("admin UI and API: https://" + config.admin().listen());
        lines.add("metrics and health: http://" + config.metrics());
        return lines;
    }

    private static String packets(NodeConfig.PacketIo packetIo) {
        return switch (packetIo.io()) {
            case MEMORY -> "memory (none are translated)";
            case TUN ->
                    "tun, devices %s-in and %s-out; inside %s, outside %s; routes %s"
                            .formatted(
                                    packetIo.tunName(),
                                    packetIo.tunName(),
                                    String.join(" ", packetIo.insideInterfaces()),
                                    String.join(" ", packetIo.outsideInterfaces()),
                                    routes(packetIo));
        };
    }

    private static String routes(NodeConfig.PacketIo packetIo) {
        return packetIo.managesRoutes()
                ? "set by the node; ingress check " + packetIo.ingressCheck().word()
                : "and ingress check left to you";
    }

    private static String subscribers(NodeConfig config) {
        String prefixes =
                config.nat().inside().stream()
                        .map(Object::toString)
                        .collect(Collectors.joining(" "));
        int named = config.policy().subscribers().size();
        String who =
                named == 0
                        ? "each internal address is one subscriber"
                        : "%,d named subscribers".formatted(named);
        int dedicated = config.policy().dedicatedIps().size();
        String own =
                dedicated == 0
                        ? ""
                        : ", %,d of them with an external address of its own".formatted(dedicated);
        return prefixes + "; " + who + own;
    }

    private static String pool(String name, NatConfig nat) {
        List<Integer> pool = nat.pool().addresses();
        String first = Ipv4.format(pool.getFirst());
        String last = Ipv4.format(pool.getLast());
        return "%s, %,d addresses from %s to %s".formatted(name, pool.size(), first, last);
    }

    private static String capacity(NatConfig nat) {
        NatConfig.Capacity each = nat.capacity();
        return "%,d sessions, %,d mappings, %,d subscribers"
                .formatted(
                        (long) each.sessions() * nat.shardCount(),
                        (long) each.mappings() * nat.shardCount(),
                        each.subscribers());
    }

    private static String memory(NodeConfig config) {
        boolean filtersByAddress =
                config.policy().profiles().values().stream()
                        .anyMatch(profile -> profile.rules().filtersByAddress());
        return "about %,d MiB of tables%s"
                .formatted(
                        AutoSizes.tableBytes(config.nat(), filtersByAddress) / MIB,
                        filtersByAddress ? ", with those of filtering by address" : "");
    }

    private static String pcp(NodeConfig config) {
        String addresses = String.join(" ", config.pcp().endpoints());
        LifetimeBounds lifetime = config.policy().lifetime();
        return "%s%s, lifetimes %d s to %d s"
                .formatted(
                        addresses,
                        phrase(config.pcp()),
                        lifetime.minimumSeconds(),
                        lifetime.maximumSeconds());
    }

    private static String phrase(NodeConfig.Pcp pcp) {
        String alone = pcp.settings().natPmp() ? " with NAT-PMP" : "";
        return pcp.settings().enabled() ? alone : " with NAT-PMP alone";
    }

    private static String upnp(NodeConfig.Upnp upnp) {
        return upnp.interfaces().isEmpty()
                ? "off"
                : "on " + String.join(" ", upnp.interfaces()) + ", shown as " + upnp.presentAs();
    }
}
