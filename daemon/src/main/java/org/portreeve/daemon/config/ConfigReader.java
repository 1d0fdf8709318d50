package org.portreeve.daemon.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.view.DrainMode;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.io.linux.IngressCheck;
import org.portreeve.nat.rules.PassThrough;
import org.portreeve.pcp.AnnounceSettings;
import org.portreeve.pcp.Nat64Prefixes;
import org.portreeve.pcp.PcpSettings;

/** From the text of a configuration to the record the node is built from. Any thread. */
public final class ConfigReader {
    private static final String POOL = ConfigKeys.POOL;
    private static final String PASS_THROUGH = "translator.pass-through";
    private static final String ICMP_ERRORS = "translator.icmp-errors";

    private ConfigReader() {}

    /** Reads a file; relative paths in it are relative to the working directory. */
    public static LoadedConfig readFile(Path file, Host host) {
        try {
            return read(Files.readString(file, StandardCharsets.UTF_8), host);
        } catch (IOException e) {
            String sentence = "configuration file " + file + " " + whyUnreadable(file, e);
            return new LoadedConfig.Refused(List.of(new Fault(0, "", "", sentence)));
        }
    }

    private static String whyUnreadable(Path file, IOException cause) {
        return switch (cause) {
            case NoSuchFileException _ -> "does not exist; name one that does with -c";
            case AccessDeniedException _ ->
                    "cannot be read: no permission; let this user read it, or run as one who may";
            case CharacterCodingException _ -> "is not UTF-8 text; save it in that encoding";
            default ->
                    Files.isDirectory(file)
                            ? "is a directory; name a file in it"
                            : "cannot be read: " + cause.getMessage() + "; look at its file system";
        };
    }

    /** Reads the text of a file; empty text gives the built-in defaults. */
    public static LoadedConfig read(String yaml, Host host) {
        var faults = new ArrayList<Fault>();
        ConfigDocument document = ConfigDocument.read(yaml, faults);
        var settings = new Settings(document.values(), document.groups());
        new Contradictions(settings, faults).find();
        new PolicyReader(settings, faults).findFaults();
        new RulesReader(settings).findFaults(faults);
        if (!faults.isEmpty()) {
            faults.sort(Comparator.comparingInt(Fault::line));
            return new LoadedConfig.Refused(faults);
        }
        NodeConfig config = config(settings, host);
        List<String> notes = notes(settings, config.nat().shardCount());
        return new LoadedConfig.Valid(config, notes, settings.written());
    }

    private static NodeConfig config(Settings settings, Host host) {
        return new NodeConfig(
                settings.text("node"),
                Path.of(settings.text("data")).toAbsolutePath().normalize(),
                packetIo(settings),
                nat(settings, host),
                settings.nanos("translator.restart.keep"),
                settings.text(POOL + ".name"),
                settings.text(PoolKeys.ON_REMOVAL).equals("cut") ? DrainMode.CUT : DrainMode.WAIT,
                new PolicyReader(settings, new ArrayList<>()).policy(),
                pcp(settings),
                new NodeConfig.Upnp(
                        settings.texts("upnp.interfaces"), settings.text("upnp.present-as")),
                new NodeConfig.Admin(
                        Endpoint.parse(settings.text("admin.listen")).orElseThrow(),
                        file(settings, "admin.tls.certificate"),
                        file(settings, "admin.tls.key")),
                Endpoint.parse(settings.text("metrics.listen")).orElseThrow(),
                EventKeys.read(settings),
                OnFailure.of(settings.text(EventKeys.ON_FAILURE)));
    }

    private static NodeConfig.Pcp pcp(Settings settings) {
        return new NodeConfig.Pcp(
                settings.texts("pcp.listen").stream()
                        .map(text -> ValueKind.HostAddress.parse(text).orElseThrow())
                        .toList(),
                new PcpSettings(
                        settings.isTrue("pcp.enabled"),
                        settings.isTrue("pcp.nat-pmp"),
                        announce(settings),
                        new ThirdPartyReader(settings).thirdParties(),
                        nat64(settings),
                        settings.whole("pcp.description-bytes")));
    }

    private static AnnounceSettings announce(Settings settings) {
        return new AnnounceSettings(
                settings.isTrue("pcp.announce.multicast"),
                settings.isTrue("pcp.announce.unicast"),
                settings.whole("pcp.announce.count"),
                settings.whole("pcp.announce.per-second"));
    }

    private static Nat64Prefixes nat64(Settings settings) {
        return new Nat64Prefixes(
                settings.texts("pcp.prefix64.prefixes").stream()
                        .map(text -> Nat64Prefix.parse(text).orElseThrow())
                        .toList(),
                settings.isTrue("pcp.prefix64.unasked"));
    }

    private static NodeConfig.PacketIo packetIo(Settings settings) {
        boolean tun = settings.text("translator.io").equals("tun");
        return new NodeConfig.PacketIo(
                tun ? NodeConfig.Io.TUN : NodeConfig.Io.MEMORY,
                settings.text("translator.tun.name"),
                settings.isTrue(ConfigKeys.MANAGE_ROUTES),
                settings.texts("translator.inside.interfaces"),
                settings.texts("translator.outside.interfaces"),
                IngressCheck.of(settings.text(ConfigKeys.INGRESS_CHECK)));
    }

    private static Optional<Path> file(Settings settings, String path) {
        return Optional.of(settings.text(path))
                .filter(text -> !text.isEmpty())
                .map(text -> Path.of(text).toAbsolutePath().normalize());
    }

    private static NatConfig nat(Settings settings, Host host) {
        Pool pool = new PoolReader(settings).pool();
        int addresses = pool.addresses().size();
        int shards = shards(settings, addresses, host);
        return new NatConfig(
                shards,
                settings.texts("translator.inside.prefixes").stream().map(Prefix::of).toList(),
                pool,
                timers(settings),
                capacity(settings, addresses, shards, host),
                new RulesReader(settings).rules(Profile.DEFAULT),
                icmpErrors(settings),
                settings.texts(PASS_THROUGH).stream()
                        .map(text -> PassThrough.parse(text).orElseThrow())
                        .toList());
    }

    private static ErrorRules icmpErrors(Settings settings) {
        return new ErrorRules(
                settings.isTrue(ICMP_ERRORS + ".inside"),
                settings.isTrue(ICMP_ERRORS + ".outside"),
                settings.isTrue(ICMP_ERRORS + ".refusals"),
                settings.isTrue(ICMP_ERRORS + ".unsolicited-syns"),
                settings.whole(ICMP_ERRORS + ".per-second"),
                settings.whole(ICMP_ERRORS + ".per-subscriber-per-second"),
                settings.texts("translator.inside.infrastructure").stream()
                        .map(Prefix::of)
                        .toList());
    }

    private static int shards(Settings settings, int addresses, Host host) {
        String path = "translator.shards";
        int wanted = settings.isAuto(path) ? host.cores() : settings.whole(path);
        return Math.clamp(wanted, 1, Math.min(addresses, ConfigKeys.MAX_SHARDS));
    }

    private static NatConfig.Timers timers(Settings settings) {
        return new NatConfig.Timers(
                settings.nanos("translator.timers.udp"),
                settings.nanos("translator.timers.icmp"),
                settings.nanos("translator.timers.tcp-established"),
                settings.nanos("translator.timers.tcp-opening"),
                settings.nanos("translator.timers.tcp-closing"),
                settings.nanos("translator.timers.hold-down"),
                settings.texts("translator.timers.udp-ports").stream()
                        .map(text -> ValueKind.PortTime.timer(text).orElseThrow())
                        .toList());
    }

    private static NatConfig.Capacity capacity(
            Settings settings, int addresses, int shards, Host host) {
        int rows = AutoSizes.rows(addresses, settings.ports(POOL + ".ports").size(), host);
        return new NatConfig.Capacity(
                Math.ceilDiv(size(settings, "sessions", rows), shards),
                Math.ceilDiv(size(settings, "mappings", rows), shards),
                size(settings, "subscribers", AutoSizes.subscribers(addresses)),
                size(settings, "addresses", AutoSizes.addresses(addresses, isFixed(settings))));
    }

    /** Whether the addresses of the pool follow from computed ranges. */
    private static boolean isFixed(Settings settings) {
        String allocation = settings.text(POOL + ".allocation");
        return allocation.equals("deterministic") || allocation.equals("static");
    }

    private static int size(Settings settings, String word, int auto) {
        String path = "translator.capacity." + word;
        return settings.isAuto(path) ? auto : settings.whole(path);
    }

    private static List<String> notes(Settings settings, int shards) {
        var notes = new ArrayList<String>();
        if (settings.text("translator.io").equals("memory")) {
            notes.add(
                    "translator.io is memory: ports are leased for real, but no packet is"
                            + " translated. For packets: io: tun, root or CAP_NET_ADMIN,"
                            + " inside and outside interfaces, a pool (docs/operating.md).");
        }
        if (!settings.isGiven(POOL + ".addresses")) {
            notes.add(
                    "no pool is configured: external addresses come from the documentation prefix "
                            + settings.written(POOL + ".addresses")
                            + ".");
        }
        String shardsPath = "translator.shards";
        if (!settings.isAuto(shardsPath) && settings.whole(shardsPath) > shards) {
            notes.add(
                    "%s is %s, but %d is used: a shard needs a pool address of its own."
                            .formatted(shardsPath, settings.text(shardsPath), shards));
        }
        return notes;
    }
}
