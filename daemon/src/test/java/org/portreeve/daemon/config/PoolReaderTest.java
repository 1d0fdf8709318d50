package org.portreeve.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.portreeve.daemon.config.LoadedConfig.Refused;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.testkit.Conformance;

/** Which pools there may be, and what is said of the others. */
class PoolReaderTest {
    private static final Host HOST = new Host(4, 16L << 30);

    @Test
    @Conformance("NAT-DET-001")
    void parametersOfRanges() {
        Pool pool =
                pool(
                        "{allocation: deterministic, ports: 1024-65535, incoming-ports: none,"
                                + " deterministic: {compression: 14, dynamic-factor: 2}}",
                        "100.64.0.0/29");
        assertEquals(new Allocation.Deterministic(14, 2, 0), pool.allocation());
        assertEquals(Pool.NO_PORTS, pool.incomingPorts());
    }

    @Test
    void compressionServesAllInsidePrefixesUnlessGiven() {
        Pool pool = pool("{allocation: deterministic}", "100.64.0.0/24");
        assertEquals(new Allocation.Deterministic(16, 1, 0), pool.allocation());
    }

    @Test
    void staticPoolsHaveNeitherBlocksNorIncomingPorts() {
        Pool pool = pool("{allocation: static, deterministic: {range-ports: 4000}}", "10.0.0.0/24");
        assertEquals(new Allocation.Deterministic(16, 0, 4_000), pool.allocation());
        assertEquals(Pool.NO_PORTS, pool.incomingPorts());
    }

    @Test
    @Conformance("NAT-RND-003")
    void choiceOfPorts() {
        Pool pool =
                pool(
                        "{port-selection: {algorithm: 5, increment: 7, table: 20, parity: true},"
                                + " excluded-ports: [5000, 6000-6009]}",
                        "10.0.0.0/24");
        assertEquals(new Pool.Choice(5, 20, 7, true, false), pool.choice());
        assertEquals(
                List.of(new PortRange(5_000, 5_000), new PortRange(6_000, 6_009)),
                pool.excludedPorts());
    }

    @Test
    @Conformance("SEED-A-042")
    void incomingPortsAreKeptForSubscribersWhenAsked() {
        assertEquals(Pool.Kept.NONE, pool("{}", "10.0.0.0/24").kept());
        Pool pool = pool("{kept-incoming: {per-subscriber: 2, subscribers: 100}}", "10.0.0.0/24");
        assertEquals(new Pool.Kept(2, 100), pool.kept());
    }

    @Test
    void restAndPairing() {
        Pool usual = pool("{}", "10.0.0.0/24");
        assertEquals(Pool.ANY_NUMBER, usual.maxResting());
        assertEquals(Pool.Pairing.usual(), usual.pairing());
        Pool pool = pool("{max-resting-ports: 5, pair-idle: 60s, paired: soft}", "10.0.0.0/24");
        assertEquals(5, pool.maxResting());
        assertEquals(new Pool.Pairing(true, 60_000_000_000L), pool.pairing());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{allocation: deterministic, incoming-ports: 2048-4095} | at one end of ports",
                "{allocation: deterministic, incoming-ports: 1024-65535} | at one end of ports",
                "{allocation: static, incoming-ports: 1024-2047} | only none in a static pool",
                "{allocation: static, paired: soft} | only hard",
                "{incoming-ports: none} | who has no block yet",
                "{kept-incoming: {per-subscriber: 241}} | 64 subscribers are 15,424, but incoming",
                "{allocation: dynamic, kept-incoming: {per-subscriber: 1}} | only 0 in a dynamic pool",
                "{overlap-ports: 512-1023} | needs records.destinations: overlapping",
                "{port-selection: {algorithm: 6}} | from 1 to 5",
                "{allocation: dynamic, block: {size: 500}} | power of two",
            })
    void poolsThatCannotBeAreRefusedOnTheirLine(String pool, String words) {
        List<Fault> faults = faults(pool, "100.64.0.0/24");

        assertEquals(1, faults.size(), faults::toString);
        assertTrue(faults.getFirst().toString().contains(words), faults::toString);
        assertEquals(4, faults.getFirst().line());
    }

    @Test
    @Conformance({"SEED-B-052", "SEED-B-054"})
    void portsAreSharedOutsideOfAllOthersAndWithRecordsOfDestinationsAlone() {
        String records = "records: {destinations: overlapping}\n";
        String apart = records + yaml("{overlap-ports: 512-1023}", "100.64.0.0/24");
        var valid = (Valid) ConfigReader.read(apart, HOST);
        assertEquals(new PortRange(512, 1_023), valid.config().nat().pool().overlapPorts());
        assertEquals(Pool.NO_PORTS, pool("{}", "100.64.0.0/24").overlapPorts());
        String inside = records + yaml("{overlap-ports: 512-1024}", "100.64.0.0/24");
        Fault fault = ((Refused) ConfigReader.read(inside, HOST)).faults().getFirst();
        assertTrue(fault.toString().contains("outside of ports 1024-65535"), fault::toString);
    }

    @Test
    @Conformance("NAT-DET-001")
    void compressionTooSmallForTheInsideIsRefusedWithBothNumbers() {
        Fault fault =
                faults("{allocation: static, deterministic: {compression: 3}}", "100.64.0.0/24")
                        .getFirst();
        assertTrue(fault.toString().contains("3 internal addresses for each of 16 external ones"));
        assertTrue(fault.toString().contains("are 48, but the inside prefixes have 256"));
    }

    @Test
    @Conformance("SEED-A-004")
    void rangesThatDoNotFitAreRefusedWithBothNumbers() {
        String large =
                "{allocation: static, deterministic: {compression: 1000, range-ports: 4096}}";
        Fault fault = faults(large, "100.64.0.0/24").getFirst();
        assertTrue(
                fault.toString()
                        .contains(
                                "4096 ports for each of 1,000 internal addresses do not fit in the"
                                        + " 64,512 ports"),
                fault::toString);
        assertEquals(4, fault.line());
        assertEquals(1, faults("{allocation: deterministic}", "100.64.0.0/10").size());
    }

    @Test
    void overflowWithoutPlaceForABlockIsRefused() {
        String pool = "{allocation: deterministic, deterministic: {compression: 1000}}";
        Fault fault = faults(pool, "100.64.0.0/24").getFirst();
        assertTrue(fault.toString().contains("hold no block of 512"), fault::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 96 blocks of 512; 1,536 blocks in all, at most 8 per subscriber",
                "{allocation: dynamic} | 64,512 single ports, the incoming ones last",
                "{allocation: dynamic} | nobody can tell later who had a port",
                "{allocation: deterministic} | 16 ranges of 2,891 ports (C 16, D 1, algorithm 0)",
                "{allocation: static} | 16 ranges of 4,032 ports (C 16, D 0, algorithm 0)",
                "{allocation: static} | log volume: none: portreeve deterministic computes",
                "{excluded-ports: [5060]} | excluded ports: [5060-5060]",
            })
    void meaningOfPools(String pool, String words) {
        String lines =
                String.join("\n", ConfigMeaning.lines(valid(pool, "100.64.0.0/24").config()));
        assertTrue(lines.contains(words), lines);
    }

    private static Pool pool(String pool, String inside) {
        return valid(pool, inside).config().nat().pool();
    }

    private static Valid valid(String pool, String inside) {
        return (Valid) ConfigReader.read(yaml(pool, inside), HOST);
    }

    private static List<Fault> faults(String pool, String inside) {
        return ((Refused) ConfigReader.read(yaml(pool, inside), HOST)).faults();
    }

    private static String yaml(String pool, String inside) {
        return "translator:\n  inside: {prefixes: [%s]}\n  pools:\n    - %s\n"
                .formatted(inside, pool);
    }
}
