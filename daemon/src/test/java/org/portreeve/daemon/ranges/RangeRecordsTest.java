package org.portreeve.daemon.ranges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.Pool;
import org.portreeve.testkit.Conformance;

/** Which parameters held when, on a real file system. */
class RangeRecordsTest {
    private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant MARCH = Instant.parse("2026-03-01T12:30:00.5Z");

    @TempDir private Path data;

    @Test
    @Conformance({"NAT-DET-008", "LOG-DET-001", "LOG-DET-002"})
    void changeIsADatedEntryWithOldAndNewValues() throws IOException {
        assertTrue(note(Optional.of(parameters(2)), JANUARY));
        assertTrue(note(Optional.of(parameters(3)), MARCH));
        List<String> lines = Files.readAllLines(data.resolve(RangeRecords.NAME));
        var second = new JsonObject(lines.get(1));

        assertEquals(2, lines.size());
        assertEquals(MARCH, Instant.parse(second.getString("time")));
        assertEquals(2, second.getJsonObject("was").getInteger("dynamicFactor"));
        JsonObject is = second.getJsonObject("is");
        assertEquals(3, is.getInteger("dynamicFactor"));
        assertEquals("[\"100.64.0.0/24\",\"100.64.9.0/30\"]", is.getJsonArray("inside").encode());
        assertEquals(
                "[\"198.51.100.1-198.51.100.2\",\"198.51.100.9-198.51.100.9\"]",
                is.getJsonArray("addresses").encode());
        assertEquals("2048-65535", is.getString("ports"));
        assertEquals("none", is.getString("incoming"));
        assertEquals("[\"5060-5061\"]", is.getJsonArray("excluded").encode());
        assertEquals(100, is.getInteger("compression"));
        assertEquals(500, is.getInteger("rangePorts"));
        assertEquals(0, is.getInteger("algorithm"));
    }

    @Test
    @Conformance("NAT-DET-008")
    void whatHeldAtATimeIsComputedWith() throws IOException {
        note(Optional.of(parameters(2)), JANUARY);
        note(Optional.empty(), MARCH);
        var records = new RangeRecords(data);
        RangeParameters then = records.at(MARCH.minusMillis(1)).orElseThrow().parameters().get();

        assertEquals(parameters(2), then);
        assertEquals(
                OptionalInt.of(Ipv4.of("100.64.0.101")), then.ranges().internalIp(1, 2_048 + 500));
        assertEquals(Optional.empty(), records.at(JANUARY.minusMillis(1)));
        assertEquals(Optional.empty(), records.at(MARCH).orElseThrow().parameters());
    }

    @Test
    void nothingIsNotedWhenNothingChanged() throws IOException {
        assertFalse(note(Optional.empty(), JANUARY));
        assertFalse(Files.exists(data.resolve(RangeRecords.NAME)));
        assertTrue(note(Optional.of(parameters(2)), JANUARY));
        assertFalse(note(Optional.of(parameters(2)), MARCH));
        assertEquals(1, Files.readAllLines(data.resolve(RangeRecords.NAME)).size());
        assertEquals(
                PosixFilePermissions.fromString("rw-------"),
                Files.getPosixFilePermissions(data.resolve(RangeRecords.NAME)));
    }

    @Test
    void lineThatIsNoRecordIsNamedAndNothingIsWrittenOverIt() throws IOException {
        note(Optional.of(parameters(2)), JANUARY);
        Path file = data.resolve(RangeRecords.NAME);
        Files.writeString(file, Files.readString(file) + "{\"time\":\n");
        String before = Files.readString(file);

        var refused =
                assertThrows(IOException.class, () -> note(Optional.of(parameters(9)), MARCH));
        assertTrue(refused.getMessage().contains("line 2 is no record of ranges"));
        assertEquals(before, Files.readString(file));
    }

    private boolean note(Optional<RangeParameters> parameters, Instant at) throws IOException {
        return new RangeRecords(data).note("cgn-1", parameters, at);
    }

    private static RangeParameters parameters(int dynamicFactor) {
        return new RangeParameters(
                List.of(Prefix.of("100.64.0.0/24"), Prefix.of("100.64.9.0/30")),
                List.of(Ipv4.of("198.51.100.1"), Ipv4.of("198.51.100.2"), Ipv4.of("198.51.100.9")),
                new PortRange(2_048, 65_535),
                Pool.NO_PORTS,
                List.of(new PortRange(5_060, 5_061)),
                100,
                dynamicFactor,
                500);
    }
}
