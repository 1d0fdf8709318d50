package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.lab.Capture;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.pcap.CapturedPacket;

/**
 * Goal: a link of the node that takes less than the hosts know of is found out by them. Method: one
 * link of the node is set to 1400 octets at the node's end alone, so that the hosts offer each
 * other more, and only ICMP errors through the node tell them.
 */
@Tag("e2e")
class PathMtuTest {
    private static final Duration START = Duration.ofSeconds(10);
    private static final String FOUND = "mtu 1400";

    private Scene scene;

    private void open(String narrowDevice) {
        scene = Scene.open(3);
        scene.lab().run(Namespace.CGN, "ip", "link", "set", narrowDevice, "mtu", "1400").orThrow();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    @Conformance("NAT-ICMP-020")
    void packetThatMayBeCutUpLeavesInPiecesInOrderAndAnotherIsAnswered() {
        open(Lab.OUTSIDE_DEVICE);
        Capture pieces =
                scene.lab()
                        .capture(
                                Namespace.INET,
                                Lab.HOST_DEVICE,
                                "ip proto 1 and src net 198.51.100.0/28");

        run("ping", "-M", "dont", "-s", "1472", "-c", "1", "-W", "3", Lab.INET);
        List<Integer> lengths = pieces.stop().stream().map(CapturedPacket::lengthBytes).toList();
        CommandResult whole =
                run("ping", "-M", "do", "-s", "1472", "-c", "1", "-W", "2", Lab.INET_OTHER);

        assertEquals(List.of(1_396, 124), lengths);
        assertTrue(whole.output().matches("(?s).*(mtu = |mtu=|mtu: )1400.*"), whole::output);
    }

    @Test
    void pingAndTracepathOfASubscriberFindTheMtuOutside() {
        open(Lab.OUTSIDE_DEVICE);

        CommandResult ping = run("ping", "-M", "do", "-s", "1472", "-c", "2", "-W", "2", Lab.INET);
        CommandResult less = run("ping", "-M", "do", "-s", "1372", "-c", "1", "-W", "2", Lab.INET);
        CommandResult whole =
                run("ping", "-M", "dont", "-s", "3000", "-c", "1", "-W", "2", Lab.INET);
        CommandResult path = run("tracepath", "-n", Lab.INET_OTHER);

        assertTrue(ping.output().matches("(?s).*(mtu = |mtu=|mtu: )1400.*"), ping::output);
        assertTrue(less.succeeded(), less::output);
        assertFalse(whole.output().contains("Frag needed"), whole::output);
        assertTrue(path.output().contains("pmtu 1400"), path::output);
        assertTrue(path.output().contains("reached"), path::output);
    }

    @Test
    void upstreamTransferFindsTheMtuOutside() {
        open(Lab.OUTSIDE_DEVICE);

        transfer("up");

        assertFound(Namespace.SUB);
    }

    @Test
    void downstreamTransferFindsTheMtuInsideAndLearnsNoInternalAddress() {
        open(Lab.INSIDE_DEVICE);
        LabProcess errors =
                scene.lab()
                        .start(
                                Namespace.INET,
                                "tcpdump",
                                "-n",
                                "-v",
                                "-l",
                                "--immediate-mode",
                                "-i",
                                Lab.HOST_DEVICE,
                                "icmp[0] == 3 and icmp[1] == 4");
        errors.awaitLine("tcpdump: listening", START);

        transfer("-R");

        assertFound(Namespace.INET);
        errors.awaitLine(0, line -> line.contains("198.51.100."), START);
        errors.kill();
        assertFalse(errors.output().contains("100.64."), errors::output);
    }

    private void transfer(String direction) {
        LabProcess server = scene.lab().start(Namespace.INET, "iperf3", "-s", "-1", "--forceflush");
        server.awaitLine("Server listening", START);
        CommandResult transfer =
                direction.equals("-R")
                        ? run("iperf3", "-c", Lab.INET, "-n", "3M", "-R")
                        : run("iperf3", "-c", Lab.INET, "-n", "3M");
        server.kill();
        assertTrue(transfer.succeeded(), transfer::output);
    }

    private void assertFound(Namespace sender) {
        CommandResult cache = scene.lab().run(sender, "ip", "-4", "route", "show", "cache");
        assertTrue(cache.output().contains(FOUND), cache::output);
    }

    private CommandResult run(String... command) {
        return scene.lab().run(Namespace.SUB, command);
    }
}
