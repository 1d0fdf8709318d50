package org.portreeve.nat.io.linux;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.memory.Memory;

/**
 * A program that a test runs alone in a network namespace. With an argument it only tries to open
 * devices. The kernel forwards what it writes to one TUN device out of the other, so it talks to
 * itself, measures, and prints {@code name=value}.
 */
final class TunProbe {
    private static final long FOREVER_NS = TimeUnit.HOURS.toNanos(1);
    private static final int PACKET_BYTES = 60;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final PacketBatch batch = new PacketBatch();
    private final long packet = Memory.allocate(128) + PacketBatch.HEADROOM;
    private TunPort port;

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0) {
            print("denied", refusal());
        } else {
            new TunProbe().run();
        }
    }

    private void run() throws IOException, InterruptedException {
        settings();
        try (TunDevices devices = TunDevices.open("probe", 1, 1)) {
            wire();
            port = devices.ports().getFirst();
            loop();
            fairness();
            allocation();
            idle();
            wakeups();
            print("held", refusal());
            vanished();
        }
        print("queues", queues());
        beforehand();
    }

    private static void settings() throws IOException {
        for (String device : List.of("all", "default")) {
            Files.writeString(Path.of("/proc/sys/net/ipv6/conf/" + device + "/disable_ipv6"), "1");
            Files.writeString(Path.of("/proc/sys/net/ipv4/conf/" + device + "/rp_filter"), "0");
        }
        Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
    }

    private static void wire() throws IOException {
        IpRoute2.batch(
                List.of(
                        "link set dev probe-in txqueuelen 1000 up",
                        "link set dev probe-out txqueuelen 1000 up",
                        "route add 10.1.0.0/16 dev probe-in",
                        "route add 10.2.0.0/16 dev probe-out"));
    }

    /** Out of one device, into the other: the same octets but for the hop count. */
    private void loop() {
        write("10.1.0.1", 3);
        print("sent", port.send(PacketPort.OUTSIDE, packet, PACKET_BYTES));
        port.await(FOREVER_NS);
        batch.clear();
        print("received", port.receive(batch));
        print("side", batch.side(0));
        print("length", batch.lengthBytes(0));
        print("destination", Ipv4.format(Memory.u32(batch.address(0) + 16)));
        print("hops", Memory.u8(batch.address(0) + 8));
        print("last", Memory.u8(batch.address(0) + PACKET_BYTES - 1));
        print("vnet", Memory.getLong(batch.address(0) - PacketBatch.VNET_HEADER));
    }

    private void fairness() {
        for (int i = 0; i < 200; i++) {
            write("10.1.0.1", i);
            port.send(PacketPort.OUTSIDE, packet, PACKET_BYTES);
        }
        write("10.2.0.1", 9);
        for (int i = 0; i < 3; i++) {
            port.send(PacketPort.INSIDE, packet, PACKET_BYTES);
        }
        batch.clear();
        port.receive(batch);
        int outside = 0;
        for (int i = 0; i < batch.count(); i++) {
            outside += batch.side(i);
        }
        print("batch", batch.count());
        print("batchOutside", outside);
        drain();
    }

    private void drain() {
        do {
            batch.clear();
        } while (port.receive(batch) > 0);
    }

    /**
     * The least of several spans: what a packet costs shows in each, what the compiler costs when
     * it changes its mind in one.
     */
    private void allocation() {
        rounds(20_000);
        long least = Long.MAX_VALUE;
        for (int span = 0; span < 5; span++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            rounds(10_000);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        print("allocated", least);
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            port.send(PacketPort.OUTSIDE, packet, PACKET_BYTES);
            port.wakeup();
            port.await(FOREVER_NS);
            port.await(0);
            batch.clear();
            port.receive(batch);
        }
    }

    private void idle() {
        drain();
        long cpu = THREADS.getCurrentThreadCpuTime();
        port.await(TimeUnit.MILLISECONDS.toNanos(500));
        print("idleCpuNs", THREADS.getCurrentThreadCpuTime() - cpu);
    }

    /** Each command is offered, then the owner woken; it sleeps for ever when one is lost. */
    private void wakeups() {
        int commands = 20_000;
        var mailbox = new AtomicInteger();
        Thread.ofPlatform()
                .start(() -> {
                    for (int i = 0; i < commands; i++) {
                        mailbox.lazySet(i + 1);
                        port.wakeup();
                    }
                });
        while (mailbox.get() < commands) {
            port.await(FOREVER_NS);
        }
        print("commands", mailbox.get());
    }

    private static String refusal() {
        try (TunDevices _ = TunDevices.open("probe", 1, 1)) {
            return "opened";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private void vanished() throws IOException {
        IpRoute2.batch(List.of("link del dev probe-in"));
        port.await(FOREVER_NS);
        batch.clear();
        try {
            print("vanished", port.receive(batch));
        } catch (UncheckedIOException e) {
            print("vanished", e.getCause().getMessage());
        }
        write("10.2.0.1", 0);
        print("sentToNothing", port.send(PacketPort.INSIDE, packet, PACKET_BYTES));
    }

    private static int queues() throws IOException {
        try (TunDevices devices = TunDevices.open("probe", 3, 1)) {
            return devices.ports().size();
        }
    }

    private static void beforehand() throws IOException {
        String kind = " mode tun multi_queue vnet_hdr";
        IpRoute2.batch(List.of("tuntap add dev mine-in" + kind, "tuntap add dev mine-out" + kind));
        TunDevices.open("mine", 2, 1).close();
        print("kept", IpRoute2.output("link", "show", "dev", "mine-out").contains("mine-out"));
        IpRoute2.batch(List.of("link add dev dull-in type veth"));
        try (TunDevices _ = TunDevices.open("dull", 1, 1)) {
            print("dull", "opened");
        } catch (IOException e) {
            print("dull", e.getMessage());
        }
    }

    /** A UDP packet without checksum from nowhere in particular. */
    private void write(String destination, int last) {
        Memory.clear(packet - PacketBatch.HEADROOM, PacketBatch.HEADROOM + PACKET_BYTES);
        Memory.u16(packet, 0x4500);
        Memory.u16(packet + 2, PACKET_BYTES);
        Memory.u8(packet + 8, 64);
        Memory.u8(packet + 9, 17);
        Memory.u32(packet + 12, Ipv4.of("10.9.0.1"));
        Memory.u32(packet + 16, Ipv4.of(destination));
        Memory.u16(packet + 20, 1000);
        Memory.u16(packet + 22, 2000);
        Memory.u16(packet + 24, PACKET_BYTES - 20);
        Memory.u8(packet + PACKET_BYTES - 1, last);
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += Memory.u16(packet + i);
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        Memory.u16(packet + 10, ~(sum + (sum >>> 16)));
    }

    private static void print(String name, Object value) {
        System.out.println(name + "=" + value);
    }
}
