package org.portreeve.nat.io.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.Prefix;

class RoutePlanTest {
    private static final RouteConfig CONFIG =
            new RouteConfig(
                    "pr0",
                    List.of("eth1", "eth2"),
                    List.of("eth3"),
                    List.of(Prefix.of("100.64.0.0/10"), Prefix.of("10.0.0.0/8")),
                    List.of(Prefix.of("198.51.100.0/28")));

    private static final String FIRST_GENERATION =
            """
            route replace blackhole default metric 4278198272 table 53500 protocol 151
            route replace blackhole 100.64.0.0/10 metric 4278198272 table 53501 protocol 151
            route replace blackhole 10.0.0.0/8 metric 4278198272 table 53501 protocol 151
            route replace blackhole 198.51.100.0/28 metric 4278198272 table 53502 protocol 151
            link set dev pr0-in mtu 65535 txqueuelen 1000 up
            link set dev pr0-out mtu 65535 txqueuelen 1000 up
            addr replace 192.0.0.8/32 scope link dev pr0-in
            route replace default dev pr0-in table 53500 protocol 151
            route replace 198.51.100.0/28 dev pr0-out table 53502 protocol 151
            rule add pref 5306 lookup 53502 protocol 151
            rule add pref 5300 iif eth1 lookup 53500 protocol 151
            rule add pref 5300 iif eth2 lookup 53500 protocol 151
            rule add pref 5301 iif pr0-in lookup main suppress_prefixlength 0 protocol 151
            rule add pref 5302 iif pr0-in blackhole protocol 151
            rule add pref 5303 iif eth3 lookup 53501 protocol 151
            rule add pref 5303 iif pr0-out lookup 53501 protocol 151
            rule add pref 5303 from 192.0.0.8 iif lo lookup 53500 protocol 151
            rule add pref 5304 iif lo goto 5306 protocol 151
            rule add pref 5305 from 100.64.0.0/10 blackhole protocol 151
            rule add pref 5305 from 10.0.0.0/8 blackhole protocol 151
            rule add pref 5307 nop protocol 151
            """;

    /** The same ten priorities and tables further on. */
    private static final String SECOND_GENERATION =
            FIRST_GENERATION
                    .replaceAll("\\b530(\\d)\\b", "531$1")
                    .replaceAll("5350(\\d)", "5351$1");

    @Test
    void theFirstStartBuildsTheFirstGeneration() {
        assertEquals(
                FIRST_GENERATION.lines().toList(), RoutePlan.install(CONFIG, InstalledRoutes.NONE));
    }

    @Test
    void aRestartBuildsTheOtherGenerationBeforeItRemovesTheOldOne() {
        var installed =
                new InstalledRoutes(
                        List.of(5300, 5301, 5307), Set.of(53_500, 53_501), Set.of("pr0-in"));

        String expected =
                SECOND_GENERATION
                        + """
                        rule del pref 5307 protocol 151
                        rule del pref 5301 protocol 151
                        rule del pref 5300 protocol 151
                        route flush table 53500 protocol 151
                        route flush table 53501 protocol 151
                        """;
        assertEquals(expected.lines().toList(), RoutePlan.install(CONFIG, installed));
    }

    @Test
    void theRemainsOfAnUnfinishedStartAreRemovedFirstAndTheWholeGenerationLast() {
        var installed =
                new InstalledRoutes(
                        List.of(5300, 5307, 5310, 5313), Set.of(53_500, 53_510), Set.of());

        List<String> commands = RoutePlan.install(CONFIG, installed);

        assertEquals(
                List.of(
                        "rule del pref 5313 protocol 151",
                        "rule del pref 5310 protocol 151",
                        "route flush table 53510 protocol 151"),
                commands.subList(0, 3));
        assertTrue(
                commands.indexOf("rule add pref 5317 nop protocol 151")
                        < commands.indexOf("rule del pref 5307 protocol 151"));
    }

    @Test
    void anUnfinishedFirstStartIsBegunAgain() {
        var installed = new InstalledRoutes(List.of(5306), Set.of(53_500), Set.of());

        List<String> commands = RoutePlan.install(CONFIG, installed);

        assertEquals("rule del pref 5306 protocol 151", commands.getFirst());
        assertEquals("route flush table 53500 protocol 151", commands.get(1));
        assertEquals(FIRST_GENERATION.lines().toList(), commands.subList(2, commands.size()));
    }

    @Test
    void untranslatedDestinationsAreTheOnlyExceptionsToTheGuards() {
        var config =
                new RouteConfig(
                        "pr0",
                        List.of("eth1"),
                        List.of("eth3", "eth4"),
                        List.of(Prefix.of("100.64.0.0/10")),
                        List.of(Prefix.of("198.51.100.0/28")),
                        List.of(Prefix.of("203.0.113.0/28"), Prefix.of("192.0.2.1/32")),
                        IngressCheck.STRICT);

        List<String> commands = RoutePlan.install(config, InstalledRoutes.NONE);
        List<String> rules =
                commands.stream()
                        .filter(command -> command.startsWith("rule"))
                        .filter(command ->
                                command.contains("icmp")
                                        || command.contains("203.0")
                                        || command.contains("192.0.2"))
                        .toList();

        String exceptions =
                """
                rule add pref 5302 iif eth3 ipproto icmp lookup 53503 protocol 151
                rule add pref 5302 iif eth4 ipproto icmp lookup 53503 protocol 151
                rule add pref 5302 from 203.0.113.0/28 iif eth3 lookup 53503 protocol 151
                rule add pref 5302 from 203.0.113.0/28 iif eth4 lookup 53503 protocol 151
                rule add pref 5304 to 203.0.113.0/28 iif pr0-out lookup main protocol 151
                rule add pref 5302 from 192.0.2.1/32 iif eth3 lookup 53503 protocol 151
                rule add pref 5302 from 192.0.2.1/32 iif eth4 lookup 53503 protocol 151
                rule add pref 5304 to 192.0.2.1/32 iif pr0-out lookup main protocol 151
                """;
        assertEquals(exceptions.lines().toList(), rules);
        assertTrue(
                commands.contains(
                        "route replace 100.64.0.0/10 dev pr0-out table 53503 protocol 151"));
    }

    @Test
    void cleanRemovesEveryRuleOnceAndEveryTable() {
        var installed =
                new InstalledRoutes(List.of(5300, 5300, 5307), Set.of(53_500, 53_502), Set.of());

        assertEquals(
                List.of(
                        "rule del pref 5307 protocol 151",
                        "rule del pref 5300 protocol 151",
                        "rule del pref 5300 protocol 151",
                        "route flush table 53500 protocol 151",
                        "route flush table 53502 protocol 151"),
                RoutePlan.clean(installed));
        assertTrue(RoutePlan.clean(InstalledRoutes.NONE).isEmpty());
    }

    @Test
    void onlyWhatCarriesOurProtocolIsFound() {
        String rules =
                """
                0:	from all lookup 255
                5300:	from all iif eth1 [detached] lookup 53500 proto 151
                5300:	from all iif eth2 lookup 53500 proto 151
                5302:	from all iif pr0-in [detached] 6 proto 151
                5303:	from all lookup 77 proto 15
                5304:	from all lookup 77
                32766:	from all lookup 254
                """;
        String routes =
                """
                default dev pr0-in table 53500 scope link
                6 default table 53500 metric 4278198272
                198.51.100.0/28 dev pr0-out table 53502 scope link
                """;

        InstalledRoutes found = InstalledRoutes.parse(rules, routes);

        assertEquals(List.of(5300, 5300, 5302), found.rulePriorities());
        assertEquals(Set.of(53_500, 53_502), found.tables());
        assertEquals(Set.of("pr0-in", "pr0-out"), found.devices());
    }

    @Test
    void forwardingIsSwitchedOnLastAndOnlyWhereItIsNeeded() {
        List<String> last =
                KernelSettings.forwardSettings(CONFIG).stream()
                        .map(setting -> setting.file() + "=" + setting.value())
                        .toList();

        assertEquals(
                List.of(
                        "ipv4/ip_forward=1",
                        "ipv4/conf/pr0-in/forwarding=1",
                        "ipv4/conf/pr0-out/forwarding=1",
                        "ipv4/conf/eth1/forwarding=1",
                        "ipv4/conf/eth2/forwarding=1",
                        "ipv4/conf/eth3/forwarding=1"),
                last);
        assertFalse(
                KernelSettings.deviceSettings(CONFIG).stream()
                        .anyMatch(setting -> setting.file().endsWith("forward")));
    }
}
