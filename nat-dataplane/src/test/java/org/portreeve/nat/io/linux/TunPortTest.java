package org.portreeve.nat.io.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Goal: what {@link TunPort} promises, on real TUN devices. Method: {@link TunProbe} runs once in a
 * network namespace of a user namespace, where it needs no privilege but access to the device node.
 */
@Tag("e2e")
class TunPortTest {
    private static final Map<String, String> SAID = new TreeMap<>();

    @BeforeAll
    static void probe() throws IOException, InterruptedException {
        run(List.of(), ChildJvm.command(TunProbe.class));
        run(
                List.of("setpriv", "--bounding-set", "-net_admin"),
                ChildJvm.command(TunProbe.class, "open"));
    }

    private static void run(List<String> privileges, List<String> probe)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("unshare", "-Urn"));
        command.addAll(privileges);
        command.addAll(probe);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), text);
        for (String line : text.lines().toList()) {
            int equals = line.indexOf('=');
            assertTrue(equals > 0, text);
            SAID.put(line.substring(0, equals), line.substring(equals + 1));
        }
    }

    private static void assertSaid(String value, String name) {
        assertEquals(value, SAID.get(name), name);
    }

    private static void assertSaidWithin(String part, String name) {
        assertTrue(SAID.get(name).contains(part), SAID.get(name));
    }

    @Test
    void aPacketThatIsSentOnOneSideIsReceivedOnTheOther() {
        assertSaid("true", "sent");
        assertSaid("1", "received");
        assertSaid("0", "side");
        assertSaid("60", "length");
        assertSaid("10.1.0.1", "destination");
        assertSaid("63", "hops");
        assertSaid("3", "last");
        assertSaid("0", "vnet");
    }

    @Test
    void aBusySideDoesNotStarveTheOther() {
        assertSaid("64", "batch");
        assertSaid("3", "batchOutside");
    }

    @Test
    void sendingReceivingAndWaitingAllocateNothing() {
        assertSaid("0", "allocated");
    }

    @Test
    void anIdleWaitUsesNoProcessor() {
        assertTrue(Long.parseLong(SAID.get("idleCpuNs")) < 10_000_000, SAID.get("idleCpuNs"));
    }

    @Test
    void noWakeupIsLost() {
        assertSaid("20000", "commands");
    }

    @Test
    void aDeviceOfAnotherProcessIsRefused() {
        assertSaid("probe-in is held by another process: is a node running already?", "held");
    }

    @Test
    void aVanishedDeviceIsAnExceptionToTheReaderAndRefusesPackets() {
        assertSaid("probe-in cannot be read: the device is gone (EBADFD)", "vanished");
        assertSaid("false", "sentToNothing");
    }

    @Test
    void eachShardHasItsQueue() {
        assertSaid("3", "queues");
    }

    @Test
    void aDeviceMadeBeforehandIsUsedAndStays() {
        assertSaid("true", "kept");
    }

    @Test
    void withoutTheCapabilityTheMessageSaysWhatWouldHelp() {
        assertSaidWithin(
                "probe-in may not be made: it needs the capability CAP_NET_ADMIN", "denied");
        assertSaidWithin("ip tuntap add dev probe-in mode tun multi_queue vnet_hdr", "denied");
    }

    @Test
    void anInterfaceOfAnotherKindIsRefused() {
        assertSaidWithin("dull-in exists and is not a TUN device", "dull");
    }
}
