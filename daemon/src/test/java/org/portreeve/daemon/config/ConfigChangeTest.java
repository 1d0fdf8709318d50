package org.portreeve.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.EventSettings;
import org.portreeve.nat.event.Marks;
import org.portreeve.nat.rules.PassThrough;

/** What a reload takes over, and what it names instead. */
class ConfigChangeTest {
    private static final Host HOST = new Host(2, 1L << 33);

    @Test
    void liveKeysChangeAndTheOthersKeepTheirValueAndAreNamed() {
        ConfigChange change =
                ConfigChange.between(
                        read("pcp: {nat-pmp: true}"),
                        read(
                                """
                                translator: {timers: {udp: 600s}}
                                pcp: {nat-pmp: false, lifetime: {minimum: 60s}}
                                profiles: {default: {quota: {mappings: 64}}}
                                """));

        assertEquals(
                List.of(
                        "pcp.lifetime.minimum: 120s -> 60s",
                        "pcp.nat-pmp: true -> false",
                        "profiles.default.quota.mappings: 32 -> 64"),
                change.changed());
        assertEquals(
                List.of("translator.timers.udp: 600s needs a restart; 300s stays in force"),
                change.waiting());
        NodeConfig config = change.inForce().config();
        assertEquals(64, config.policy().profiles().get("default").quota().mappings());
        assertFalse(config.pcp().settings().natPmp());
        assertEquals(300_000_000_000L, config.nat().timers().udpIdleNs());
        assertEquals("300s", change.inForce().values().get("translator.timers.udp"));
    }

    @Test
    void eventsAndWhatAFailingJournalMeansChangeLive() {
        ConfigChange change =
                ConfigChange.between(
                        read(""),
                        read(
                                """
                                events:
                                  file: /tmp/e.json
                                  kinds: [block-active, mapping-made]
                                  repeat-after: 1m
                                  high-mark: 90
                                  low-mark: 90
                                records: {on-failure: continue}
                                """));

        assertEquals(List.of(), change.waiting());
        NodeConfig config = change.inForce().config();
        assertEquals(OnFailure.CONTINUE, config.onFailure());
        NodeConfig.Events events = config.events();
        assertEquals("/tmp/e.json", events.file().orElseThrow().toString());
        assertEquals(
                EventSettings.of(
                        EnumSet.of(EventKind.BLOCK_ACTIVE, EventKind.MAPPING_MADE),
                        60_000_000_000L,
                        new Marks(90, 90)),
                events.settings());
        assertEquals(EventSettings.USUAL, read("").config().events().settings());
        assertEquals(OnFailure.REFUSE_NEW, read("").config().onFailure());
    }

    @Test
    void lowMarkAboveTheHighOneIsAFaultWithItsLine() {
        LoadedConfig.Refused refused =
                assertInstanceOf(
                        LoadedConfig.Refused.class,
                        ConfigReader.read("events:\n  low-mark: 81\n", HOST));
        assertEquals(1, refused.faults().size());
        assertEquals(2, refused.faults().getFirst().line());
        assertEquals("events.low-mark", refused.faults().getFirst().key());
    }

    @Test
    void subscribersThatComeAndGoAreLiveChanges() {
        ConfigChange change =
                ConfigChange.between(
                        read("subscribers: [{id: a, prefixes: [10.0.1.0/24]}]"),
                        read("profiles: {gold: {quota: {ports: 512}}}"));

        assertEquals(
                List.of(
                        "profiles.gold.quota.ports: left out -> 512",
                        "subscribers[0].id: a -> left out",
                        "subscribers[0].prefixes: 10.0.1.0/24 -> left out"),
                change.changed().stream()
                        .filter(line -> !line.startsWith("profiles.gold") || line.endsWith("512"))
                        .toList());
        assertEquals(0, change.inForce().config().policy().subscribers().size());
    }

    @Test
    void destinationsThatAreUntranslatedStaySoWhenAddressesChange() {
        String listed =
                "translator: {pass-through: [192.0.2.0/24], pools: [{addresses: [198.51.100.%d]}]}";
        ConfigChange change =
                ConfigChange.between(read(listed.formatted(1)), read(listed.formatted(2)));

        NatConfig nat = change.inForce().config().nat();
        assertEquals(List.of(PassThrough.parse("192.0.2.0/24").orElseThrow()), nat.passThrough());
        assertEquals(List.of(Ipv4.of("198.51.100.2")), nat.pool().addresses());
    }

    @Test
    void theSameFileChangesNothing() {
        ConfigChange change = ConfigChange.between(read("node: a"), read("node: a"));

        assertEquals(List.of(), change.changed());
        assertEquals(List.of(), change.waiting());
    }

    private static Valid read(String yaml) {
        return assertInstanceOf(Valid.class, ConfigReader.read(yaml, HOST));
    }
}
