package org.portreeve.daemon.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.control.Nonce;
import org.portreeve.daemon.command.pcp.NonceSecret;
import org.portreeve.daemon.config.ConfigReader;
import org.portreeve.daemon.config.Host;
import org.portreeve.daemon.config.LoadedConfig;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import org.portreeve.daemon.ranges.RangeParameters;
import org.portreeve.daemon.ranges.RangeRecords;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.wire.Decoded;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpRequest.AnnounceRequest;
import org.portreeve.pcp.wire.PcpRequest.MapRequest;
import org.portreeve.pcp.wire.PcpRequest.PeerRequest;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.PcpResponse.AnnounceResponse;
import org.portreeve.pcp.wire.PcpResponse.MapResponse;
import org.portreeve.pcp.wire.RealmId;
import org.portreeve.pcp.wire.ResultCode;
import org.portreeve.testkit.Conformance;
import picocli.CommandLine;

/** What the commands print and exit with; scripts rely on both. */
class CommandTreeTest {
    private static final String NONCE = "0123456789abcdef01234567";

    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void mapSaysWhereThePortIsReachable() throws IOException {
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            int code = run("map", "8080", "--nonce", NONCE, "--server", server.address());

            assertEquals(ExitCode.SUCCESS, code);
            assertEquals(
                    "TCP 127.0.0.1:8080 is reachable at 198.51.100.3:40000 for 7200 s.\n",
                    out.toString());
            MapRequest asked = (MapRequest) server.requests().getFirst().request();
            assertEquals(Protocol.TCP, asked.protocol());
            assertEquals(NonceSecret.parse(NONCE).orElseThrow(), asked.nonce());
        }
    }

    @Test
    void optionsOfMapReachTheServer() throws IOException {
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            run(
                    "map",
                    "--udp",
                    "53",
                    "--external",
                    "5353",
                    "--lifetime",
                    "600",
                    "--prefer-failure",
                    "--nonce",
                    NONCE,
                    "--server",
                    server.address(),
                    "--client",
                    "127.0.0.1");

            MapRequest asked = (MapRequest) server.requests().getFirst().request();
            assertEquals(Protocol.UDP, asked.protocol());
            assertEquals(53, asked.internalPort());
            assertEquals(5_353, asked.suggestedExternalPort());
            assertEquals(600, asked.lifetimeSeconds());
            assertTrue(asked.options().contains(new PcpOption.PreferFailure()));
        }
    }

    @Test
    void mapSaysWhoMayComeInWhatForAndForWhom() throws IOException {
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            int exit =
                    run(
                            "map",
                            "8080",
                            "--third-party",
                            "100.64.0.7",
                            "--third-party-id",
                            "0x0a0b0c",
                            "--reset-filters",
                            "--filter",
                            "192.0.2.0/24",
                            "--filter",
                            "203.0.113.9:443",
                            "--description",
                            "camera",
                            "--nonce",
                            NONCE,
                            "--server",
                            server.address(),
                            "--client",
                            "127.0.0.1");

            assertEquals(0, exit, err::toString);
            MapRequest asked = (MapRequest) server.requests().getFirst().request();
            assertEquals(
                    List.of(
                            new PcpOption.ThirdParty(PcpAddress.ofIpv4(Ipv4.of("100.64.0.7"))),
                            new PcpOption.ThirdPartyId(RealmId.parse("0x0a0b0c").orElseThrow()),
                            new PcpOption.Filter(0, 0, PcpAddress.ANY_IPV4),
                            new PcpOption.Filter(120, 0, PcpAddress.ofIpv4(Ipv4.of("192.0.2.0"))),
                            new PcpOption.Filter(
                                    128, 443, PcpAddress.ofIpv4(Ipv4.of("203.0.113.9"))),
                            new PcpOption.Description("camera")),
                    asked.options());
            assertTrue(out.toString().startsWith("TCP 100.64.0.7:8080 is"), out::toString);
        }
    }

    @Test
    @Conformance({"PCP-PS-010", "PCP-PS-015"})
    void aSetOfPortsIsAskedForAndShownAsARange() throws IOException {
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            String[] of = {"50000", "--set", "32", "--nonce", NONCE, "--server", server.address()};
            String[] map =
                    Stream.concat(Stream.of("map", "--parity"), Stream.of(of))
                            .toArray(String[]::new);
            String[] unmap =
                    Stream.concat(Stream.of("unmap"), Stream.of(of)).toArray(String[]::new);

            assertEquals(ExitCode.SUCCESS, run(map), err::toString);
            assertEquals(ExitCode.SUCCESS, run(unmap), err::toString);

            List<PcpOption> asked =
                    server.requests().stream()
                            .map(request -> request.request().options().getFirst())
                            .toList();
            assertEquals(
                    List.of(
                            new PcpOption.PortSet(32, 50_000, true),
                            new PcpOption.PortSet(32, 50_000, false)),
                    asked);
            assertEquals(
                    """
                    TCP 127.0.0.1:50000-50031 is reachable at 198.51.100.3:40000-40031 for 7200 s.
                    TCP 127.0.0.1:50000-50031 is not mapped any more.
                    """,
                    out.toString());
        }
    }

    @Test
    void whatIsNoSetIsABadArgument() {
        assertEquals(ExitCode.BAD_INPUT, run("map", "80", "--set", "0"));
        assertEquals(ExitCode.BAD_INPUT, run("map", "80", "--set", "65536"));
        assertEquals(ExitCode.BAD_INPUT, run("map", "80", "--parity"));
        assertEquals(
                ExitCode.BAD_INPUT,
                run("map", "80", "--set", "2", "--external", "80", "--prefer-failure"));
    }

    @Test
    void whatIsNoFilterNoHostOrNoTextIsABadArgument() {
        assertEquals(2, run("map", "80", "--filter", "192.0.2.1/24"));
        assertEquals(2, run("map", "80", "--filter", "192.0.2.1:65536"));
        assertEquals(2, run("map", "80", "--third-party", "host"));
        assertEquals(2, run("map", "80", "--third-party-id", "tunnel-7"));
        assertEquals(
                2, run("map", "80", "--third-party", "100.64.0.7", "--third-party-id", "0x123"));
        assertEquals(2, run("map", "80", "--description", "x".repeat(1017)));
    }

    @Test
    void jsonHasTheSameFactsAsFields() throws IOException {
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            run("map", "8080", "--json", "--nonce", NONCE, "--server", server.address());

            assertEquals(
                    "{\"result\":\"SUCCESS\",\"server\":\""
                            + server.address()
                            + "\","
                            + "\"protocol\":\"tcp\",\"internalAddress\":\"127.0.0.1\","
                            + "\"internalPort\":8080,\"externalAddress\":\"198.51.100.3\","
                            + "\"externalPort\":40000,\"lifetimeSeconds\":7200,"
                            + "\"epochSeconds\":5,\"nonce\":\""
                            + NONCE
                            + "\"}\n",
                    out.toString());
        }
    }

    @Test
    void peerSaysWhatTheConnectionIsSeenAs() throws IOException {
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            int code =
                    run(
                            "peer",
                            "--udp",
                            "5000",
                            "203.0.113.9:443",
                            "--external",
                            "40001",
                            "--external-address",
                            "198.51.100.3",
                            "--lifetime",
                            "600",
                            "--nonce",
                            NONCE,
                            "--server",
                            server.address());

            assertEquals(ExitCode.SUCCESS, code);
            assertEquals(
                    "UDP 127.0.0.1:5000 reaches 203.0.113.9:443 as 198.51.100.3:40001"
                            + " for 600 s at least.\n",
                    out.toString());
            PeerRequest asked = (PeerRequest) server.requests().getFirst().request();
            assertEquals(Protocol.UDP, asked.protocol());
            assertEquals("203.0.113.9", asked.remoteAddress().toString());
            assertEquals(443, asked.remotePort());
            assertEquals(NonceSecret.parse(NONCE).orElseThrow(), asked.nonce());
        }
    }

    @Test
    void aPeerNeedsAnAddressWithAPortAndKeepingALifetime() {
        assertEquals(ExitCode.BAD_INPUT, run("peer", "5000", "203.0.113.9"));
        assertTrue(err.toString().contains("not an address with a port"), err::toString);
        assertEquals(
                ExitCode.BAD_INPUT,
                run("peer", "5000", "203.0.113.9:443", "--lifetime", "0", "--keep"));
        assertTrue(err.toString().contains("--keep needs a --lifetime"), err::toString);
    }

    @Test
    void whatWasNeverGrantedIsNotKept() throws IOException {
        try (var server =
                new FakePcpServer(request -> request.refuse(ResultCode.USER_EX_QUOTA, 5))) {
            int code = run("map", "80", "--keep", "--nonce", NONCE, "--server", server.address());

            assertEquals(ExitCode.PCP_ERROR, code);
            assertEquals(1, out.toString().lines().count(), out::toString);
        }
    }

    @Test
    void refusalIsNamedAndExitsWithThree() throws IOException {
        try (var server =
                new FakePcpServer(request -> request.refuse(ResultCode.USER_EX_QUOTA, 5))) {
            int code = run("map", "8080", "--nonce", NONCE, "--server", server.address());

            assertEquals(ExitCode.PCP_ERROR, code);
            assertTrue(out.toString().contains("refused: USER_EX_QUOTA."), out::toString);
        }
    }

    @Test
    void unmapAsksForLifetimeZero() throws IOException {
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            int code = run("unmap", "8080", "--nonce", NONCE, "--server", server.address());

            assertEquals(ExitCode.SUCCESS, code);
            assertEquals("TCP 127.0.0.1:8080 is not mapped any more.\n", out.toString());
            assertEquals(0, server.requests().getFirst().request().lifetimeSeconds());
        }
    }

    @Test
    void announceTellsTheEpoch() throws IOException {
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            assertEquals(ExitCode.SUCCESS, run("announce", "--server", server.address()));
            assertTrue(out.toString().contains("its epoch began 5 s ago"), out::toString);
        }
    }

    @Test
    void nobodyThereExitsWithFour() throws IOException {
        String address;
        try (var server = new FakePcpServer(CommandTreeTest::grant)) {
            address = server.address();
        }
        assertEquals(ExitCode.NO_ANSWER, run("announce", "--server", address, "--timeout", "1"));
    }

    @Test
    void badArgumentsExitWithTwo() {
        assertEquals(ExitCode.BAD_INPUT, run("map", "65536", "--server", "127.0.0.1"));
        assertEquals(ExitCode.BAD_INPUT, run("map", "80", "--lifetime", "0"));
        assertEquals(ExitCode.BAD_INPUT, run("map", "80", "--prefer-failure"));
        assertEquals(ExitCode.BAD_INPUT, run("map", "80", "--nonce", "12"));
        assertEquals(ExitCode.BAD_INPUT, run("map", "80", "--server", "gateway"));
        assertEquals(ExitCode.BAD_INPUT, run("check"));
        assertEquals(ExitCode.BAD_INPUT, run());
    }

    @Test
    @Conformance({"NAT-DET-002", "NAT-DET-006"})
    void deterministicComputesBothWays() throws IOException {
        String file =
                Files.writeString(
                                directory.resolve("ranges.yaml"),
                                """
                                translator:
                                  inside: {prefixes: [100.64.0.1, 100.64.0.2/31, 100.64.0.4/30]}
                                  pools:
                                    - addresses: [203.0.113.1]
                                      allocation: deterministic
                                      incoming-ports: none
                                      deterministic: {compression: 14, dynamic-factor: 2}
                                """)
                        .toString();

        assertEquals(0, run("deterministic", "forward", "100.64.0.2", "-c", file));
        assertEquals(
                "100.64.0.2 has 203.0.113.1 ports 5056-9087 (TCP, UDP and ICMP identifiers).\n",
                out.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, run("deterministic", "reverse", "203.0.113.1:5055", "--json", "-c", file));
        assertEquals(
                "{\"externalAddress\":\"203.0.113.1\",\"externalPort\":5055,"
                        + "\"internalAddress\":\"100.64.0.1\"}\n",
                out.toString());

        assertEquals(1, run("deterministic", "reverse", "203.0.113.1:60000", "-c", file));
        assertEquals(1, run("deterministic", "reverse", "203.0.113.1:40000", "-c", file));
        assertEquals(1, run("deterministic", "reverse", "203.0.113.2:5055", "-c", file));
        assertEquals(1, run("deterministic", "forward", "100.64.0.9", "-c", file));
        assertEquals(1, run("deterministic", "forward", "127.0.0.1"));
        assertEquals(
                """
                portreeve: 203.0.113.1:60000 is in no range: ask the records (portreeve trace) who had it
                portreeve: 203.0.113.1:40000 is in a range that no internal address has
                portreeve: 203.0.113.2:5055: the address is not in the pool of this configuration
                portreeve: 100.64.0.9 has no range: it is in none of the inside prefixes
                portreeve: the pool of this configuration has no ranges: allocation is neither deterministic nor static
                """,
                err.toString());
        assertEquals(2, run("deterministic", "forward", "100.64.0"));
        assertEquals(2, run("deterministic", "reverse", "203.0.113.1", "-c", file));
    }

    @Test
    @Conformance("NAT-DET-008")
    void deterministicLooksUpAnEarlierTimeWithWhatHeldThen() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        String old = rangesFile(data, "old.yaml", 14);
        String fresh = rangesFile(data, "fresh.yaml", 16);
        var records = new RangeRecords(data);
        note(records, old, "2026-01-01T00:00:00Z");
        note(records, fresh, "2026-02-01T00:00:00Z");

        assertEquals("100.64.0.1", internal("203.0.113.1:5055", fresh, "2026-01-31T23:59:59Z"));
        assertEquals(
                "100.64.0.2", internal("203.0.113.1:5055", fresh, "2026-02-01T01:00:00+01:00"));
        out.getBuffer().setLength(0);
        String reverse = "203.0.113.1:5055";
        assertEquals(0, run("deterministic", "reverse", reverse, "-c", fresh));
        assertEquals("203.0.113.1:5055 belongs to 100.64.0.2.\n", out.toString());
        String early = "2025-12-31T23:59:59Z";
        assertEquals(1, run("deterministic", "reverse", reverse, "-c", fresh, "--at", early));
        assertTrue(err.toString().contains("says nothing of " + early), err::toString);
        assertEquals(2, run("deterministic", "forward", "100.64.0.2", "--at", "yesterday"));
    }

    private String internal(String external, String file, String time) {
        out.getBuffer().setLength(0);
        int code = run("deterministic", "reverse", external, "--json", "-c", file, "--at", time);
        assertEquals(0, code, err::toString);
        return new JsonObject(out.toString()).getString("internalAddress");
    }

    private static void note(RangeRecords records, String file, String time) throws IOException {
        var valid =
                (LoadedConfig.Valid) ConfigReader.readFile(Path.of(file), new Host(4, 1L << 33));
        var parameters = RangeParameters.of(valid.config().nat());
        assertTrue(records.note("cgn-1", parameters, Instant.parse(time)));
    }

    private String rangesFile(Path data, String name, int compression) throws IOException {
        return Files.writeString(
                        directory.resolve(name),
                        """
                        data: %s
                        translator:
                          inside: {prefixes: [100.64.0.1, 100.64.0.2/31, 100.64.0.4/30]}
                          pools:
                            - addresses: [203.0.113.1]
                              allocation: deterministic
                              incoming-ports: none
                              deterministic: {compression: %d, dynamic-factor: 2}
                        """
                                .formatted(data, compression))
                .toString();
    }

    @Test
    void checkPrintsTheMeaningOfAGoodFile() throws IOException {
        Path file = Files.writeString(directory.resolve("good.yaml"), "node: lab\n");

        assertEquals(ExitCode.SUCCESS, run("check", "-c", file.toString()));
        assertTrue(out.toString().startsWith("node: lab, data in "), out::toString);
        assertTrue(out.toString().endsWith("ok\n"), out::toString);
    }

    @Test
    void checkListsEveryFaultAndExitsWithTwo() throws IOException {
        Path file = Files.writeString(directory.resolve("bad.yaml"), "nod: lab\ndata: [a]\n");

        assertEquals(ExitCode.BAD_INPUT, run("check", "-c", file.toString()));
        assertEquals(
                """
                line 1: nod: unknown key; did you mean node?
                line 2: data: value 'a list' — a single value is expected: a path of the file system
                2 faults; nothing was started.
                """,
                err.toString());
    }

    @Test
    void filesThatCannotBeReadAreRefusedWithWhatToDo() throws IOException {
        Path latin = Files.write(directory.resolve("latin"), new byte[] {'a', (byte) 0xe9});

        assertEquals(ExitCode.BAD_INPUT, run("check", "-c", directory.resolve("no").toString()));
        assertEquals(ExitCode.BAD_INPUT, run("check", "-c", directory.toString()));
        assertEquals(ExitCode.BAD_INPUT, run("check", "-c", latin.toString()));
        List<String> lines = err.toString().lines().filter(line -> line.contains("file")).toList();
        assertEquals(
                List.of(
                        "configuration file %s/no does not exist; name one that does with -c"
                                .formatted(directory),
                        "configuration file %s is a directory; name a file in it"
                                .formatted(directory),
                        "configuration file %s is not UTF-8 text; save it in that encoding"
                                .formatted(latin)),
                lines);
    }

    @Test
    void anAddressThatIsNotOfThisHostIsABadArgument() {
        assertEquals(
                ExitCode.BAD_INPUT,
                run("announce", "--server", "127.0.0.1", "--client", "192.0.2.1"));
        assertTrue(err.toString().contains("--client 192.0.2.1 is not an address"), err::toString);
    }

    @Test
    void aTraceOfWhatIsNoPortOrNoTimeIsABadArgument() {
        assertEquals(ExitCode.BAD_INPUT, run("trace", "198.51.100.7", "--at", "now"));
        assertTrue(err.toString().contains("ADDR:PORT/PROTO is such as"), err::toString);
        String port = "198.51.100.7:40000/udp";
        assertEquals(ExitCode.BAD_INPUT, run("trace", port, "--at", "yesterday"));
        assertTrue(err.toString().contains("--at is a time with its zone"), err::toString);
    }

    @Test
    void aDamagedSecretIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("nonce-secret"), "short");

        var failure = assertThrows(CommandFailedException.class, () -> NonceSecret.at(file));

        assertTrue(failure.getMessage().contains(file + ", is damaged"), failure::getMessage);
    }

    @Test
    void nonceOfAMappingIsTheSameInLaterCommands() throws CommandFailedException, IOException {
        Path file = directory.resolve("state").resolve("nonce-secret");
        Nonce first = NonceSecret.at(file).nonceOf("a mapping");

        assertEquals(first, NonceSecret.at(file).nonceOf("a mapping"));
        assertNotEquals(first, NonceSecret.at(file).nonceOf("another mapping"));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    private int run(String... arguments) {
        CommandLine commands = CommandTree.commandLine();
        return commands.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private static PcpResponse grant(Decoded.Accepted accepted) {
        return switch (accepted.request()) {
            case MapRequest map ->
                    new MapResponse(
                            map.lifetimeSeconds(),
                            5,
                            map.nonce(),
                            map.protocol(),
                            map.internalPort(),
                            40_000,
                            PcpAddress.ofIpv4(Ipv4.of("198.51.100.3")),
                            map.options());
            case AnnounceRequest _ -> new AnnounceResponse(5);
            case PeerRequest peer ->
                    peer.granted(
                            peer.lifetimeSeconds(),
                            peer.suggestedExternalPort(),
                            peer.suggestedExternalAddress(),
                            5);
        };
    }
}
