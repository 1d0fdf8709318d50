package org.portreeve.nat.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.session.TcpTransitions;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;
import org.portreeve.nat.table.MappingTable;

/** How long a stop and a start take for a million sessions; printed, machines differ. */
@Tag("long")
class SnapshotTimeTest {
    private static final int HOSTS = 128;
    private static final int ADDRESSES = 8;
    private static final int PORTS_EACH = 1_024;
    private static final int SESSIONS_EACH = 8;
    private static final int SESSIONS = HOSTS * PORTS_EACH * SESSIONS_EACH;

    @TempDir private Path directory;

    @Test
    void aMillionSessionsAreWrittenAndPutBack() throws IOException {
        Path first = directory.resolve("first");
        try (FileChannel out = open(first)) {
            var writer = new SnapshotWriter(out, new SnapshotHeader("long", 0));
            for (int host = 0; host < HOSTS; host++) {
                for (int port = 0; port < PORTS_EACH; port++) {
                    writer.mapping(mapping(host, port));
                }
            }
            writer.finish();
        }
        PortRange ports = new PortRange(1_024, 65_535);
        NatConfig small = RestartedShards.config(1, ADDRESSES, ports, ports);
        var capacity = new NatConfig.Capacity(SESSIONS, HOSTS * PORTS_EACH, HOSTS);
        var config =
                new NatConfig(
                        1, small.inside(), small.pool(), small.timers(), capacity, small.rules());
        var node = new RestartedShards(config, 0);
        for (int host = 0; host < HOSTS; host++) {
            node.pair(host, host % ADDRESSES);
        }
        read(node, first);
        write(node, directory.resolve("second"));
        write(node, directory.resolve("third"));
    }

    private static void read(RestartedShards node, Path file) throws IOException {
        long beganNs = System.nanoTime();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            node.restore(in.map(FileChannel.MapMode.READ_ONLY, 0, in.size()), 0);
        }
        print("checked and put back", beganNs);
        assertEquals(SESSIONS, node.sessions());
    }

    private static void write(RestartedShards node, Path file) throws IOException {
        long beganNs = System.nanoTime();
        try (FileChannel out = open(file)) {
            var writer = new SnapshotWriter(out, new SnapshotHeader("long", 0));
            node.shards.getFirst().write(writer, node.nowNs);
            writer.finish();
            out.force(true);
            assertEquals(SESSIONS, writer.sessions());
        }
        print("written and forced", beganNs);
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void print(String what, long beganNs) {
        System.out.printf(
                "%d TCP sessions %s in %d ms%n",
                SESSIONS, what, (System.nanoTime() - beganNs) / 1_000_000);
    }

    private static KeptMapping mapping(int host, int port) {
        int number = host / ADDRESSES * PORTS_EACH + port;
        List<KeptSession> sessions = new ArrayList<>();
        for (int remote = 0; remote < SESSIONS_EACH; remote++) {
            var window = new KeptSession.Window(true, number, 65_535, 7);
            sessions.add(
                    new KeptSession(
                            remote, 443, 0, TcpTransitions.ESTABLISHED, 1_000, 0, window, window));
        }
        return new KeptMapping(
                InternalTuple.of(Protocol.TCP, RestartedShards.FIRST_HOST + host, port),
                MappingTable.ANY_PEER,
                RestartedShards.FIRST_ADDRESS + host % ADDRESSES,
                1_024 + number,
                MappingTable.ACTIVE,
                0,
                0,
                sessions);
    }
}
