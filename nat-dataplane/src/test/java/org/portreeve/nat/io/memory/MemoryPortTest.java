package org.portreeve.nat.io.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.VnetHeader;

@Timeout(20)
class MemoryPortTest {
    private static final long FOREVER_NS = TimeUnit.HOURS.toNanos(1);

    private final MemoryPort port = new MemoryPort();
    private final PacketBatch batch = new PacketBatch();

    @Test
    void whatIsInjectedIsReceivedWithItsSideAndInOrder() {
        port.inject(PacketPort.OUTSIDE, new byte[] {1, 2, 3});
        port.inject(PacketPort.INSIDE, new byte[] {4});

        assertEquals(2, port.receive(batch));
        assertEquals(PacketPort.OUTSIDE, batch.side(0));
        assertEquals(3, batch.lengthBytes(0));
        assertEquals(PacketPort.INSIDE, batch.side(1));
        assertEquals(1, batch.lengthBytes(1));
        batch.clear();
        assertEquals(0, port.receive(batch));
    }

    @Test
    void whatIsSentCanBePolledWithItsHeader() {
        byte[] header = VnetHeader.tcpSegments(20, 32, 1448);
        byte[] packet = new byte[60];
        packet[0] = 0x45;
        packet[59] = 7;
        port.inject(PacketPort.INSIDE, header, packet);
        port.receive(batch);

        assertTrue(port.send(PacketPort.OUTSIDE, batch.address(0), batch.lengthBytes(0)));

        MemoryPacket sent = port.poll().orElseThrow();
        assertEquals(PacketPort.OUTSIDE, sent.side());
        assertArrayEquals(header, sent.vnetHeader());
        assertArrayEquals(packet, sent.bytes());
        assertTrue(port.poll().isEmpty());
    }

    @Test
    void theVnetHeaderReadsBackFieldByField() {
        port.inject(PacketPort.INSIDE, VnetHeader.tcpSegments(20, 32, 1448), new byte[60]);
        port.inject(PacketPort.INSIDE, new byte[60]);
        port.receive(batch);

        long packet = batch.address(0);
        assertTrue(VnetHeader.needsChecksum(packet));
        assertEquals(VnetHeader.GSO_TCPV4, VnetHeader.gsoType(packet));
        assertEquals(1448, VnetHeader.gsoSizeBytes(packet));
        assertEquals(20, VnetHeader.checksumStart(packet));
        assertEquals(16, VnetHeader.checksumOffset(packet));
        assertFalse(VnetHeader.needsChecksum(batch.address(1)));
        assertEquals(0, VnetHeader.gsoType(batch.address(1)));
    }

    @Test
    void aBatchHoldsNoMoreThanItHasRoomFor() {
        for (int i = 0; i < 200; i++) {
            port.inject(PacketPort.INSIDE, new byte[64]);
        }

        assertEquals(PacketBatch.MAX_PACKETS, port.receive(batch));
        batch.clear();
        assertEquals(PacketBatch.MAX_PACKETS, port.receive(batch));
        for (int i = 0; i < 20; i++) {
            port.inject(PacketPort.INSIDE, new byte[PacketBatch.MAX_PACKET_BYTES]);
        }
        batch.clear();
        assertEquals(64, port.receive(batch));
        batch.clear();
        int large = port.receive(batch);
        assertTrue(large > 0 && large < 20, "super-packets of a batch: " + large);
    }

    @Test
    void fullQueuesRefuse() {
        var small = new MemoryPort(2);
        assertTrue(small.inject(PacketPort.INSIDE, new byte[20]));
        assertTrue(small.inject(PacketPort.INSIDE, new byte[20]));
        assertFalse(small.inject(PacketPort.INSIDE, new byte[20]));

        small.receive(batch);
        assertTrue(small.send(PacketPort.OUTSIDE, batch.address(0), 20));
        assertTrue(small.send(PacketPort.OUTSIDE, batch.address(1), 20));
        assertFalse(small.send(PacketPort.OUTSIDE, batch.address(1), 20));
    }

    @Test
    void aWakeupBeforeTheWaitEndsIt() {
        port.wakeup();
        port.await(FOREVER_NS);
    }

    @Test
    void anInjectedPacketEndsTheWait() {
        port.inject(PacketPort.INSIDE, new byte[20]);
        port.await(FOREVER_NS);
        port.await(FOREVER_NS);
        assertEquals(1, port.receive(batch));
    }

    /** A lost wake-up would leave the receiver asleep and the test at its time limit. */
    @Test
    void noPacketIsSleptThrough() throws InterruptedException {
        int packets = 50_000;
        var received = new AtomicInteger();
        Thread shard = Thread.ofPlatform().start(() -> receiveUntil(packets, received));

        for (int i = 0; i < packets; i++) {
            while (!port.inject(PacketPort.INSIDE, new byte[20])) {
                Thread.onSpinWait();
            }
        }

        assertTrue(shard.join(Duration.ofSeconds(15)), () -> "asleep after " + received.get());
    }

    private void receiveUntil(int packets, AtomicInteger received) {
        while (received.get() < packets) {
            batch.clear();
            int count = port.receive(batch);
            received.addAndGet(count);
            if (count == 0) {
                port.await(FOREVER_NS);
            }
        }
    }

    @Test
    void anIdleWaitUsesNoProcessor() throws InterruptedException {
        var usedNs = new AtomicLong();
        var started = new CountDownLatch(1);
        Thread shard =
                Thread.ofPlatform()
                        .start(() -> {
                            started.countDown();
                            long before = cpuNs();
                            port.await(TimeUnit.MILLISECONDS.toNanos(300));
                            usedNs.set(cpuNs() - before);
                        });
        started.await();
        shard.join();

        assertTrue(usedNs.get() < 20_000_000, "ns of processor time: " + usedNs.get());
    }

    private static long cpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Test
    void onlyPacketsAreTaken() {
        IntStream.of(0, PacketBatch.MAX_PACKET_BYTES + 1).forEach(this::isRefused);
    }

    private void isRefused(int lengthBytes) {
        assertThrows(
                IllegalArgumentException.class,
                () -> port.inject(PacketPort.INSIDE, new byte[lengthBytes]));
    }
}
