package org.portreeve.nat.io.linux;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Goal: packets go where {@link Routes} says, and nowhere else when the node is gone. Method: a
 * subscriber, a CGN with a {@link TunNode}, an Internet host, and a capture beside it.
 */
@Tag("e2e")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RoutesTest {
    private static final String SUBSCRIBER_HEX = "64400002";
    private static final String POOL_HEX = "c6336401";
    private static final String HOST_HEX = "cb007102";

    private Namespaces spaces;

    @BeforeEach
    void build() throws IOException, InterruptedException {
        spaces = new Namespaces();
    }

    @AfterEach
    void remove() throws IOException, InterruptedException {
        spaces.remove();
    }

    private Process node() throws IOException {
        return spaces.background(
                "cgn", ChildJvm.command(TunNode.class, "inside-r", "outside-l"), "ready");
    }

    /** Ends the node's input, so that it stops by itself, and returns what it said. */
    private static String stop(Process node) throws IOException, InterruptedException {
        node.getOutputStream().close();
        String said = String.join("\n", node.inputReader().lines().toList());
        assertEquals(0, node.waitFor(), said);
        return said;
    }

    private String clean() throws IOException, InterruptedException {
        Process cleaner = spaces.background("cgn", ChildJvm.command(TunNode.class, "clean", ""));
        String said = String.join("\n", cleaner.inputReader().lines().toList());
        cleaner.waitFor();
        return said;
    }

    @Test
    void packetsArriveOnTheSideTheyComeFrom() throws IOException, InterruptedException {
        Process node = node();

        String ping = spaces.in("sub", "ping -c 2 -i 0.2 -W 2 -p abcdef 203.0.113.2");

        assertTrue(ping.contains(" 0% packet loss"), ping);
        String said = stop(node);
        assertTrue(said.matches("(?s).*inside 45.{22}" + SUBSCRIBER_HEX + HOST_HEX + "08.*"), said);
        assertTrue(said.matches("(?s).*outside 45.{22}" + HOST_HEX + POOL_HEX + "00.*"), said);
        assertTrue(said.contains("abcdefabcdef"), said);
    }

    @Test
    void theHostAnswersSubscribersUnderItsOwnAddress() throws IOException, InterruptedException {
        node();

        String own = spaces.in("sub", "ping -c 1 -W 2 100.64.0.1");
        String hop = spaces.in("sub", "ping -c 1 -W 2 -t 1 203.0.113.2");

        assertTrue(own.contains(" 0% packet loss"), own);
        assertTrue(hop.contains("From 100.64.0.1"), hop);
    }

    @Test
    void theHostsErrorsAboutTranslatedPacketsReachTheSubscriber()
            throws IOException, InterruptedException {
        Process node = node();
        Process capture = capture("sub", "inside-l", "icmp[icmptype] == icmp-timxceed");

        spaces.in("sub", "ping -c 1 -W 1 -t 2 203.0.113.2");

        assertTrue(captured(capture).contains("time exceeded"), stop(node));
    }

    @Test
    void otherInterfacesKeepTheirReversePathFilter() throws IOException, InterruptedException {
        spaces.in("cgn", "sysctl -qw net.ipv4.conf.all.rp_filter=1");

        node();

        assertEquals("1\n", spaces.in("cgn", "sysctl -n net.ipv4.conf.other-r.rp_filter"));
        assertEquals("1\n", spaces.in("cgn", "sysctl -n net.ipv4.conf.inside-r.rp_filter"));
        assertEquals("0\n", spaces.in("cgn", "sysctl -n net.ipv4.conf.outside-l.rp_filter"));
        assertEquals("0\n", spaces.in("cgn", "sysctl -n net.ipv4.conf.all.rp_filter"));
    }

    @Test
    void aPoolAddressOfTheHostItselfIsRefused() throws IOException, InterruptedException {
        spaces.in("cgn", "ip addr add 198.51.100.3/32 dev lo");

        List<String> command = ChildJvm.command(TunNode.class, "inside-r", "outside-l");
        Process node = spaces.background("cgn", command, "remove them: 198.51.100.3");

        assertEquals(1, node.waitFor());
    }

    @Test
    void bulkTcpArrivesAsSuperPackets() throws IOException, InterruptedException {
        Process node = node();
        spaces.background("inet", List.of("iperf3", "-s", "-1", "--forceflush"), "listening");

        String report = spaces.in("sub", "iperf3 -c 203.0.113.2 -n 100M");

        assertTrue(report.contains("receiver"), report);
        String said = stop(node);
        int longest = Integer.parseInt(said.replaceAll("(?s).*longest (\\d+) .*", "$1"));
        int segments = Integer.parseInt(said.replaceAll("(?s).*segments (\\d+).*", "$1"));
        assertTrue(longest > 30_000 && segments > 50_000, said);
    }

    @Test
    void aKilledNodeLeaksNothingNorDoesItsRestart() throws IOException, InterruptedException {
        Process node = node();
        Process leaks = capture("inet", "outside-r", "src net 100.64.0.0/10");
        Process seen = capture("inet", "outside-r", "icmp and src host 198.51.100.1");
        Process reached = capture("sub", "inside-l", "src 203.0.113.2 and icmp[icmptype] == 8");
        Process traffic = pings("sub", "203.0.113.2");
        Process direct = pings("inet", "100.64.0.2");
        Process looped = capture("inet", "outside-r", "dst host 198.51.100.9 and not ip[8] == 64");

        node.destroyForcibly().waitFor();
        String whileGone = spaces.in("sub", "ping -c 3 -i 0.1 -W 1 203.0.113.2");
        spaces.in("inet", "ping -c 2 -i 0.1 -W 1 198.51.100.9");
        node().destroyForcibly().waitFor();
        stop(node());
        pingOtherWay();

        traffic.toHandle().destroy();
        direct.toHandle().destroy();
        String leaked = captured(leaks);
        String guarded = captured(reached);
        String upstream = captured(looped);
        String translated = captured(seen);
        assertAll(
                () -> assertTrue(whileGone.contains("100% packet loss"), whileGone),
                () -> assertEquals("", leaked, "untranslated on the outside"),
                () -> assertEquals("", guarded, "straight from outside to the subscriber"),
                () -> assertEquals("", upstream, "sent back upstream"),
                () -> assertTrue(translated.contains("> 203.0.113.2"), "nothing was translated"));
    }

    private Process pings(String space, String destination) throws IOException {
        return spaces.background(space, List.of("ping", "-i", "0.01", "-q", destination));
    }

    /** A subscriber's packets by an interface that is not an inside one. */
    private void pingOtherWay() throws IOException, InterruptedException {
        spaces.in("sub", "ip route replace 203.0.113.2 via 192.168.7.1 src 100.64.0.2");
        spaces.in("sub", "ping -c 2 -i 0.1 -W 1 203.0.113.2");
    }

    @Test
    void aRestartReplacesTheRulesAndLeavesOneSetOfThem() throws IOException, InterruptedException {
        stop(node());
        long rules = ownRules();
        node().destroyForcibly().waitFor();

        assertEquals(rules, ownRules());
        stop(node());
        assertEquals(rules, ownRules());
        assertEquals(10, rules);
    }

    private long ownRules() throws IOException, InterruptedException {
        return spaces.in("cgn", "ip -N rule show").lines().filter(l -> l.contains("151")).count();
    }

    @Test
    void cleanLeavesEverythingAsItWas() throws IOException, InterruptedException {
        String before = everything();
        Process node = node();
        String refusal = clean();
        assertTrue(refusal.contains("pr0-in is held by a running node: stop it first"), refusal);
        stop(node);
        stop(node());
        assertFalse(everything().equals(before));

        String cleaned = clean();

        assertTrue(cleaned.matches("cleaned [1-9][0-9]*"), cleaned);
        assertEquals(before, everything());
        assertEquals("cleaned 0", clean());
    }

    private String everything() throws IOException, InterruptedException {
        return spaces.in("cgn", "ip rule show")
                + spaces.in("cgn", "ip -4 route show table all")
                + spaces.in("cgn", "ip -brief link");
    }

    private Process capture(String space, String device, String filter) throws IOException {
        return spaces.background(
                space,
                List.of("tcpdump", "-n", "-l", "--immediate-mode", "-i", device, filter),
                "listening on");
    }

    /** The packets that were captured, after those under way had time to arrive. */
    private static String captured(Process capture) throws IOException, InterruptedException {
        Thread.sleep(300); // There is nothing to wait for when no packet may come.
        capture.toHandle().destroy(); // The output stays readable.
        return String.join(
                "\n", capture.inputReader().lines().filter(line -> line.contains(" IP ")).toList());
    }
}
