package org.portreeve.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.policy.Service;
import org.portreeve.daemon.config.LoadedConfig.Refused;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.PortTimer;
import org.portreeve.nat.io.linux.IngressCheck;
import org.portreeve.nat.rules.PassThrough;
import org.portreeve.testkit.Conformance;

class ConfigReaderTest {
    private static final Host HOST = new Host(4, 16L << 30);

    private static final String TUN =
            """
            translator:
              io: tun
              inside: {interfaces: [eth1], prefixes: [100.64.0.0/10]}
              outside: {interfaces: [eth2]}
              pools:
                - addresses: [203.0.113.0/30, 203.0.113.9-203.0.113.10]
            """;

    @Test
    void emptyFileGivesTheBuiltInNode() {
        NodeConfig config = valid("");

        assertEquals(NodeConfig.Io.MEMORY, config.packetIo().io());
        assertEquals(List.of("127.0.0.1:5351"), config.pcp().endpoints());
        assertEquals(16, config.nat().pool().addresses().size());
        assertEquals(NatConfig.Timers.defaults(), config.nat().timers());
        assertEquals(Path.of("data").toAbsolutePath(), config.data());
        assertEquals(120, config.policy().lifetime().minimumSeconds());
        assertEquals(86_400, config.policy().lifetime().maximumSeconds());
    }

    @Test
    void memoryModeAndTheDocumentationPoolAreSaidOutLoud() {
        Valid loaded = (Valid) ConfigReader.read("", HOST);

        assertTrue(loaded.notes().getFirst().contains("no packet is translated"));
        assertTrue(loaded.notes().get(1).contains("documentation prefix 198.51.100.0/28"));
    }

    @Test
    void tunNodeHasItsPoolInOrderAndItsInterfaces() {
        NodeConfig config = valid(TUN);

        assertEquals(NodeConfig.Io.TUN, config.packetIo().io());
        assertEquals(List.of("eth1"), config.packetIo().insideInterfaces());
        assertEquals(
                List.of(
                        "203.0.113.0",
                        "203.0.113.1",
                        "203.0.113.2",
                        "203.0.113.3",
                        "203.0.113.9",
                        "203.0.113.10"),
                config.nat().pool().addresses().stream().map(Ipv4::format).toList());
    }

    @Test
    void shardsFollowTheCoresUpToThePool() {
        assertEquals(4, valid(TUN).nat().shardCount());
        String one = TUN.replace("203.0.113.0/30, 203.0.113.9-203.0.113.10", "203.0.113.1");
        assertEquals(1, valid(one).nat().shardCount());
        assertEquals(3, valid("translator: {shards: 3}").nat().shardCount());
    }

    @Test
    void capacityIsOfTheNodeAndDividedAmongTheShards() {
        NatConfig nat =
                valid("translator: {shards: 3, capacity: {sessions: 10000, mappings: 2048}}").nat();

        assertEquals(3_334, nat.capacity().sessions());
        assertEquals(683, nat.capacity().mappings());
    }

    @Test
    void tablesOfAutomaticSizeTakeAnEighthOfTheMemoryAtMost() {
        String wide = "translator: {pools: [{addresses: [203.0.112.0/22]}]}";
        var smallHost = new Host(1, 1L << 30);
        NatConfig nat = ((Valid) ConfigReader.read(wide, smallHost)).config().nat();

        long rows = (long) nat.capacity().sessions() * AutoSizes.SESSION_BYTES;
        rows += (long) nat.capacity().mappings() * AutoSizes.MAPPING_BYTES;
        assertTrue(rows <= smallHost.memoryBytes() / AutoSizes.MEMORY_SHARE, () -> "rows " + nat);
    }

    @Test
    void everyFaultIsReportedAtOnceInTheOrderOfTheFile() {
        List<Fault> faults =
                faults(
                        """
                        node: a b
                        translater: {}
                        translator:
                          shards: 0
                          shards: 1
                          timers: {udp: 60s}
                        """);

        assertEquals(
                List.of(
                        "line 1: node: value 'a b' — allowed: a name of letters, digits, dots and"
                                + " dashes, at most 63",
                        "line 2: translater: unknown key; did you mean translator?",
                        "line 4: translator.shards: value '0' — allowed: auto, or a whole number"
                                + " from 1 to 64",
                        "line 5: translator.shards: is here twice; keep one",
                        "line 6: translator.timers.udp: value '60s' — allowed: a time from 120s to"
                                + " 86400s, with s, m, h or d (RFC 4787 REQ-5: not less than"
                                + " 120 s)"),
                faults.stream().map(Fault::toString).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "udp, 119s, 120s", "udp, 1m, 2m", "icmp, 59s, 60s",
        "tcp-established, 7439s, 7440s", "tcp-established, 2h, 1d", "tcp-closing, 239s, 4m"
    })
    @Conformance({"NAT-TCP-005", "SEED-B-006"})
    void timersBelowTheRfcMinimumAreRefused(String timer, String tooShort, String allowed) {
        assertEquals(1, faults("translator: {timers: {" + timer + ": " + tooShort + "}}").size());
        valid("translator: {timers: {" + timer + ": " + allowed + "}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "translator: {io: afxdp}",
                "store: {url: 'jdbc:postgresql://db/x'}",
            })
    void whatThisVersionCannotDoIsRefusedWithThatWord(String yaml) {
        List<Fault> faults = faults(yaml);

        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().allowed().startsWith("not available in this version"));
    }

    @Test
    void listenAddressesAreOfBothFamilies() {
        var config = valid("pcp: {listen: [100.64.0.1, 192.0.0.9, '2001:db8::1', '2001:1::1']}");

        assertEquals(
                List.of(
                        "100.64.0.1:5351",
                        "192.0.0.9:5351",
                        "[2001:db8:0:0:0:0:0:1]:5351",
                        "[2001:1:0:0:0:0:0:1]:5351"),
                config.pcp().endpoints());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pcp: {listen: ['fe80::1']}",
                "pcp: {listen: ['2001:db8::1%eth0']}",
                "pcp: {listen: ['2001:db8::1::2']}",
                "pcp: {listen: ['::']}",
                "pcp: {listen: ['ff02::1']}",
                "pcp: {listen: [100.64.0.1, 100.64.0.1]}",
                "pcp: {listen: ['2001:db8::1', '2001:db8:0::1']}",
                "pcp: {listen: []}",
                "pcp: {listen: ['2001:db8::1'], enabled: false}",
                "pcp: {enabled: false, nat-pmp: false}",
                "pcp: {announce: {count: 11}}",
                "pcp: {announce: {per-second: 0}}",
                "profiles: {default: {withheld: [everything]}}",
            })
    void placesAndPartsOfPcpThatCannotBeAreRefused(String yaml) {
        assertEquals(1, faults(yaml).size(), faults(yaml)::toString);
    }

    @Test
    void aProfileNamesWhatItWithholds() {
        var config = valid("profiles: {plain: {withheld: [map, nat-pmp]}}");

        var profiles = config.policy().profiles();
        assertEquals(Set.of(Service.MAP, Service.NAT_PMP), profiles.get("plain").withheld());
        assertEquals(Set.of(), profiles.get("default").withheld());
    }

    @Test
    void shardsBeyondThePoolAreLoweredAloud() {
        Valid loaded =
                (Valid)
                        ConfigReader.read(
                                "translator: {shards: 3, pools: [{addresses: [203.0.113.7]}]}",
                                HOST);

        assertEquals(1, loaded.config().nat().shardCount());
        assertTrue(
                loaded.notes()
                        .contains(
                                "translator.shards is 3, but 1 is used: a shard needs a pool"
                                        + " address of its own."),
                loaded.notes()::toString);
    }

    @Test
    void aContradictionNamesTheKeyThatTheFileGives() {
        Fault quota = faults("profiles:\n  default:\n    quota: {ports: 16}").getFirst();
        assertEquals("profiles.default.quota.ports", quota.key());
        assertEquals(3, quota.line());

        assertEquals(
                "translator.pools[].addresses",
                faults(
                                "translator: {inside: {prefixes: [10.0.0.0/8]},"
                                        + " pools: [{addresses: [127.0.0.1]}]}")
                        .getFirst()
                        .key());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{incoming-ports: 1000-2047}           | must lie inside ports",
                "{incoming-ports: 60000-65535, ports: 1024-61439} | must lie inside ports",
                "{block: {size: 500}}                  | power of two",
                "{incoming-ports: 1024-16384}          | must fill what incoming-ports",
                "{ports: 1000-65535}                   | must fill what incoming-ports",
                "{incoming-ports: 1024-65535}          | no port for blocks",
                "{block: {size: 128}}                  | more than the 1024",
                "{block: {max-per-subscriber: 3}}      | more than the 1536",
                "{block: {max-per-subscriber: 17}}     | from 1 to 16",
                "{addresses: []}                       | must hold 1 to",
                "{addresses: [203.0.0.0/16]}           | must hold 1 to",
                "{addresses: [10.1.0.0/24]}            | overlap",
                "{addresses: [203.0.113.0/24, 203.0.113.7]} | overlaps 203.0.113.0/24",
                "{addresses: [203.0.113.1/24]}         | an IPv4 address, prefix",
            })
    void contradictionsOfAPoolAreRefused(String pool, String words) {
        List<Fault> faults = faults("translator:\n  pools:\n    - " + pool + "\n");

        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().toString().contains(words), faults::toString);
        assertEquals(3, faults.getFirst().line());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[203.0.113.7/28]           | a prefix, after it tcp or udp",
                "['203.0.113.7 sctp']       | a prefix, after it tcp or udp",
                "[127.9.0.0/16]             | 127.9.0.0/16 lies inside",
                "['192.0.2.1 udp 53']       | 192.0.2.1 udp 53 lies in the pool",
            })
    void destinationsThatCannotBePassedUntranslatedAreRefused(String list, String words) {
        List<Fault> faults =
                faults(
                        "translator:\n  pools: [{addresses: [192.0.2.0/28]}]\n  pass-through: "
                                + list);

        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().toString().contains(words), faults::toString);
        assertEquals(3, faults.getFirst().line());
    }

    @Test
    void destinationsWithoutTranslationAreBoundedInNumber() {
        String most =
                IntStream.range(0, PassThrough.MAX_ENTRIES)
                        .mapToObj(i -> "203.0.113." + i + ", ")
                        .collect(Collectors.joining());
        NatConfig nat = valid("translator: {pass-through: [" + most + "]}").nat();
        assertEquals(PassThrough.MAX_ENTRIES, nat.passThrough().size());
        List<Fault> faults = faults("translator: {pass-through: [" + most + " 203.0.113.200]}");
        assertTrue(faults.getFirst().toString().contains("more than the 32"), faults::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[53]              | a port from 0 to 1023 and a time from 5s",
                "[1024 10s]        | a port from 0 to 1023",
                "[53 4s]           | a time from 5s",
                "[53 5m]           | 53 5m is not shorter than translator.timers.udp",
                "[53 10s, 53 11s]  | port 53 has two times",
            })
    void timesOfPortsThatCannotBeAreRefused(String list, String words) {
        List<Fault> faults = faults("translator: {timers: {udp-ports: " + list + "}}");

        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().toString().contains(words), faults::toString);
    }

    @Test
    @Conformance("SEED-A-146")
    void timersAreTheRecommendedOnesByDefault() {
        NatConfig.Timers timers = valid("").nat().timers();

        assertEquals(NatConfig.Timers.defaults(), timers);
        assertEquals(300_000_000_000L, timers.udpIdleNs());
        assertEquals(7_440_000_000_000L, timers.tcpEstablishedIdleNs());
    }

    @Test
    @Conformance("NAT-UDP-003")
    void timesOfWellKnownPortsAreOfThoseAlone() {
        assertEquals(List.of(), valid("").nat().timers().udpPorts());
        assertEquals(
                List.of(new PortTimer(53, 10_000_000_000L), new PortTimer(0, 60_000_000_000L)),
                valid("translator: {timers: {udp-ports: [53 10s, 0 1m]}}")
                        .nat()
                        .timers()
                        .udpPorts());
    }

    @Test
    void memoryOfFilteringByAddressIsCountedWhereAProfileAsksForIt() {
        String usual = "profiles: {some: {filtering: {tcp: address-and-port-dependent}}}";
        String byAddress = "profiles: {some: {filtering: {tcp: address-dependent}}}";

        assertTrue(memory(usual).endsWith("of tables"), memory(usual));
        assertTrue(memory(byAddress).endsWith("with those of filtering by address"));
        NatConfig nat = valid(byAddress).nat();
        long sessions = (long) nat.capacity().sessions() * nat.shardCount();
        assertEquals(
                sessions * AutoSizes.CONTACT_BYTES,
                AutoSizes.tableBytes(nat, true) - AutoSizes.tableBytes(nat, false));
    }

    private static String memory(String yaml) {
        return meaning(yaml, "memory: ");
    }

    private static String meaning(String yaml, String subject) {
        return ConfigMeaning.lines(valid(yaml)).stream()
                .filter(line -> line.startsWith(subject))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void portsOfTheQuotaMayFillTheBlocksExactly() {
        valid("profiles: {default: {quota: {ports: 4096}}}");
        assertEquals(1, faults("profiles: {default: {quota: {ports: 4097}}}").size());
    }

    @Test
    void lifetimesOutOfOrderAreRefused() {
        valid("pcp: {lifetime: {minimum: 1h, maximum: 1h}}");
        assertEquals(1, faults("pcp: {lifetime: {minimum: 3601s, maximum: 1h}}").size());
    }

    @Test
    void tunNeedsInterfacesPrefixesAndAPool() {
        assertEquals(
                List.of(
                        "translator.inside.interfaces: is required when io is tun",
                        "translator.inside.prefixes: is required when io is tun",
                        "translator.outside.interfaces: is required when io is tun",
                        "translator.pools[].addresses: is required when io is tun"),
                faults("translator: {io: tun}").stream().map(Fault::toString).toList());
    }

    @Test
    void ingressCheckIsStrictUnlessItIsSwitchedOff() {
        assertEquals(IngressCheck.STRICT, valid(TUN).packetIo().ingressCheck());
        String off = TUN + "translator.inside.ingress-check: off\n";
        assertEquals(IngressCheck.OFF, valid(off).packetIo().ingressCheck());
        assertTrue(packets(TUN).endsWith("routes set by the node; ingress check strict"));
        assertTrue(packets(off).endsWith("routes set by the node; ingress check off"));
    }

    @Test
    void whoManagesRoutesChecksSources() {
        String yours = TUN + "translator.manage-routes: false\n";
        assertTrue(packets(yours).endsWith("routes and ingress check left to you"));
        valid(yours + "translator.inside.ingress-check: off\n");

        List<Fault> faults = faults(yours + "translator.inside.ingress-check: strict\n");

        assertEquals(
                List.of("translator.inside.ingress-check"),
                faults.stream().map(Fault::key).toList());
        assertTrue(faults.getFirst().allowed().contains("set rp_filter of the inside interfaces"));
    }

    private static String packets(String yaml) {
        return meaning(yaml, "packets: ");
    }

    @Test
    void insidePrefixesMustNotOverlapEachOther() {
        List<Fault> faults = faults("translator: {inside: {prefixes: [10.0.0.0/8, 10.1.0.0/16]}}");

        assertTrue(faults.getFirst().allowed().contains("10.1.0.0/16 overlaps 10.0.0.0/8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "255.255.255.255", "198.51.100.3", "1.2.3"})
    void pcpListensOnAddressesOfThisHostAlone(String address) {
        assertEquals(1, faults("pcp: {listen: [" + address + "]}").size());
    }

    @Test
    void brokenYamlIsAFaultWithItsLine() {
        assertEquals(2, faults("node: a\npcp: [").getFirst().line());
        assertEquals(1, faults("- a").size());
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void mangledFilesAreRefusedOrReadButNeverThrow(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            var text = new StringBuilder(TUN + "pcp: {lifetime: {minimum: 2m}, listen: [1.2.3.4]}");
            for (int edit = random.nextInt(1, 6); edit > 0; edit--) {
                char letter = " :[]{}-,&*x0\n\"'".charAt(random.nextInt(15));
                text.setCharAt(random.nextInt(text.length()), letter);
            }
            ConfigReader.read(text.toString(), HOST);
        }
    }

    private static NodeConfig valid(String yaml) {
        LoadedConfig loaded = ConfigReader.read(yaml, HOST);
        if (loaded instanceof Valid(var config, var _, var _)) {
            return config;
        }
        throw new AssertionError(loaded.toString());
    }

    private static List<Fault> faults(String yaml) {
        if (ConfigReader.read(yaml, HOST) instanceof Refused(var faults)) {
            return faults;
        }
        throw new AssertionError("accepted: " + yaml);
    }
}
