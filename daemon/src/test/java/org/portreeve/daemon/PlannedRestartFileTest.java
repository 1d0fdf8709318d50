package org.portreeve.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.daemon.config.ConfigReader;
import org.portreeve.daemon.config.Host;
import org.portreeve.daemon.config.LoadedConfig;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;
import org.portreeve.nat.snapshot.SnapshotHeader;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.pcp.socket.Clocks;

/** Which file a start uses, and that it uses none twice. */
class PlannedRestartFileTest {
    private static final int HOST = Ipv4.of("100.64.0.9");
    private static final long STOPPED_MILLIS = 1_790_000_000_000L;

    @TempDir private Path data;

    @Test
    void aFreshOneIsFoundUntilItsAgeIsWhatTheKnobAllows() throws IOException {
        keep("cgn-1");
        assertEquals(List.of(HOST), found(0, 120));
        assertEquals(List.of(HOST), found(120_000, 120));
        assertTrue(Files.exists(file()), "a start that fails before it is used does not lose it");
        assertEquals(List.of(), found(120_001, 120));
        assertFalse(Files.exists(file()), "too old stays too old");
    }

    @Test
    void nothingIsFoundWhenNothingIsToBeKept() throws IOException {
        keep("cgn-1");
        assertEquals(List.of(), found(0, 0));
        assertFalse(Files.exists(file()));
    }

    @Test
    void anotherNodesIsRefused() throws IOException {
        keep("cgn-2");
        assertEquals(List.of(), found(0, 120));
        assertFalse(Files.exists(file()));
    }

    @Test
    void oneOfATimeToComeIsRefused() throws IOException {
        keep("cgn-1");
        assertEquals(List.of(), found(-1, 120));
    }

    @Test
    void aDamagedOneIsRefused() throws IOException {
        keep("cgn-1");
        byte[] octets = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(octets, octets.length - 9));
        assertEquals(List.of(), found(0, 120));
        assertFalse(Files.exists(file()));
    }

    @Test
    void aLinkToAFileElsewhereIsNotFollowed() throws IOException {
        keep("cgn-1");
        Path elsewhere = data.resolve("elsewhere");
        Files.move(file(), elsewhere);
        Files.createSymbolicLink(file(), elsewhere);
        assertEquals(List.of(), found(0, 120));
    }

    @Test
    void itIsForItsOwnerAloneAndReplacesWhatIsThere() throws IOException {
        Files.writeString(file(), "an older one");
        Files.writeString(data.resolve("sessions.snapshot.new"), "an unfinished one");
        keep("cgn-1");
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        assertEquals(List.of(HOST), found(0, 120));
        try (var names = Files.list(data)) {
            assertEquals(1, names.count());
        }
    }

    @Test
    void withoutRowsNothingIsLeftBehind() throws IOException {
        var header = new SnapshotHeader("cgn-1", STOPPED_MILLIS);
        assertTrue(new SnapshotFile(data).write(header, _ -> false).isEmpty());
        try (var names = Files.list(data)) {
            assertEquals(0, names.count());
        }
    }

    private Path file() {
        return new SnapshotFile(data).path();
    }

    private void keep(String node) throws IOException {
        var mapping =
                new KeptMapping(
                        InternalTuple.of(Protocol.UDP, HOST, 5_000),
                        MappingTable.ANY_PEER,
                        Ipv4.of("198.51.100.1"),
                        20_000,
                        MappingTable.RESTING,
                        0,
                        60_000_000_000L,
                        List.of());
        var header = new SnapshotHeader(node, STOPPED_MILLIS);
        var written =
                new SnapshotFile(data)
                        .write(
                                header,
                                out -> {
                                    out.mapping(mapping);
                                    return true;
                                });
        assertEquals(1, written.orElseThrow().mappings());
    }

    private List<Integer> found(long ageMillis, int keepSeconds) {
        var clocks = new Clocks(() -> 0, () -> STOPPED_MILLIS + ageMillis);
        var restart = new PlannedRestart(config(keepSeconds), clocks);
        restart.find();
        return restart.hosts();
    }

    private NodeConfig config(int keepSeconds) {
        String yaml = "data: %s%ntranslator: {restart: {keep: %ds}}%n".formatted(data, keepSeconds);
        LoadedConfig read = ConfigReader.read(yaml, new Host(2, 4L << 30));
        return assertInstanceOf(LoadedConfig.Valid.class, read, read::toString).config();
    }
}
