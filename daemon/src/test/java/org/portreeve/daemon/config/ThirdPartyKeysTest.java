package org.portreeve.daemon.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.portreeve.daemon.config.LoadedConfig.Refused;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.AddressPrefix;
import org.portreeve.pcp.Portal;
import org.portreeve.pcp.Realms;
import org.portreeve.pcp.ThirdParties;
import org.portreeve.pcp.wire.RealmId;

/** Who may ask for the mappings of others, and how it names them, as an operator writes it. */
class ThirdPartyKeysTest {
    private static final Host HOST = new Host(2, 1L << 33);

    private static LoadedConfig read(String thirdParty) {
        return ConfigReader.read("pcp: {third-party: {" + thirdParty + "}}", HOST);
    }

    private static ThirdParties valid(String thirdParty) {
        LoadedConfig loaded = read(thirdParty);
        return assertInstanceOf(Valid.class, loaded, loaded.toString())
                .config()
                .pcp()
                .settings()
                .thirdParties();
    }

    private static AddressPrefix address(String text) {
        return AddressPrefix.parse(text).orElseThrow();
    }

    @Test
    void portalsOfBothFamiliesHaveHostsOfTheirOwn() {
        ThirdParties read =
                valid(
                        "from: ['2001:db8::9', 192.0.2.1/32], for: [10.0.0.0/8],"
                                + " portals: [{from: ['2001:db8:1::/64'], for: [100.64.0.0/16]}]");

        assertEquals(
                new ThirdParties(
                        List.of(
                                new Portal(
                                        List.of(address("2001:db8::9"), address("192.0.2.1")),
                                        List.of(Prefix.of("10.0.0.0/8"))),
                                new Portal(
                                        List.of(address("2001:db8:1::/64")),
                                        List.of(Prefix.of("100.64.0.0/16")))),
                        Realms.NONE),
                read);
    }

    @Test
    void realmsHaveIdentifiersInTextAndInDigits() {
        Realms read =
                valid(
                                "realms: [{identifier: 0x0A0b, prefixes: [10.1.0.0/16]},"
                                        + " {identifier: tunnel-7, prefixes: [10.2.0.0/16,"
                                        + " 10.4.0.0/16]}], overlapping: [10.1.0.0/24]")
                        .realms();

        assertEquals(
                new Realms(
                        Map.of(
                                RealmId.parse("0x0a0b").orElseThrow(),
                                List.of(Prefix.of("10.1.0.0/16")),
                                RealmId.parse("0x74756e6e656c2d37").orElseThrow(),
                                List.of(Prefix.of("10.2.0.0/16"), Prefix.of("10.4.0.0/16"))),
                        Set.of(2, 8),
                        List.of(Prefix.of("10.1.0.0/24"))),
                read);
        assertEquals(
                Set.of(2, 4),
                valid(
                                "identifier-lengths: [2, 4], realms: [{identifier: ab, prefixes:"
                                        + " [10.1.0.0/16]}]")
                        .realms()
                        .lengths());
    }

    /** PCP-TPI-006 cannot be kept, and who would need it is told at once. */
    @Test
    void twoRealmsWithTheSameAddressesAreRefusedWithTheReason() {
        var refused =
                assertInstanceOf(
                        Refused.class,
                        read(
                                "realms: [{identifier: a, prefixes: [10.0.0.0/8]}, {identifier: b,"
                                        + " prefixes: [11.0.0.0/8, 10.200.0.0/16]}]"));

        Fault fault = refused.faults().getFirst();
        assertEquals(1, refused.faults().size(), () -> refused.faults().toString());
        assertEquals("pcp.third-party.realms[1].prefixes", fault.key());
        assertTrue(fault.allowed().contains("one space of internal addresses"), fault::allowed);
        assertTrue(fault.allowed().contains("line 1"), fault::allowed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from: ['2001:db8::/63'], for: [10.0.0.0/8] | a /64",
                "from: ['2001:db8::1/64'], for: [10.0.0.0/8] | zero host bits",
                "from: ['::ffff:192.0.2.1/128'], for: [10.0.0.0/8] | zero host bits",
                "from: ['2001:db8::9'] | nobody says whom",
                "portals: [{from: ['2001:db8::9']}] | nobody says whom",
                "portals: [{for: [10.0.0.0/8]}] | nobody may ask",
                "portals: [{}] | from and for are required",
                "overlapping: [10.0.0.0/8] | there are none",
                "identifier-lengths: [4] | there are none",
                "identifier-lengths: [0] | from 1 to 1016",
                "realms: [{identifier: a}] | prefixes are required",
                "realms: [{prefixes: [10.0.0.0/8]}] | identifier is required",
                "realms: [{identifier: 0x0, prefixes: [10.0.0.0/8]}] | hexadecimal",
                "identifier-lengths: [2], realms: [{identifier: a, prefixes: [10.0.0.0/8]}]"
                        + " | has 1 octets",
                "realms: [{identifier: a, prefixes: [10.1.0.0/16]}, {identifier: 0x61, prefixes:"
                        + " [10.2.0.0/16]}] | already"
            })
    void whatCannotBeMeantIsRefusedWithTheReason(String thirdParty, String reason) {
        var refused = assertInstanceOf(Refused.class, read(thirdParty), thirdParty);

        String said = refused.faults().getFirst().allowed();
        assertTrue(said.contains(reason), () -> refused.faults().toString());
    }

    /** RFC 7843 §7: what a reload writes to the log says which realm changed, by its place. */
    @Test
    void identifiersAreNotInWhatAReloadSays() {
        var before =
                assertInstanceOf(
                        Valid.class, read("realms: [{identifier: anne, prefixes: [10.1.0.0/16]}]"));
        var after =
                assertInstanceOf(
                        Valid.class, read("realms: [{identifier: bert, prefixes: [10.1.0.0/16]}]"));

        ConfigChange change = ConfigChange.between(before, after);

        assertEquals(List.of("pcp.third-party.realms[0].identifier: changed"), change.changed());
        assertEquals(after.config().pcp(), change.inForce().config().pcp());
        var refused =
                assertInstanceOf(
                        Refused.class,
                        read(
                                "identifier-lengths: [2], realms: [{identifier: anne, prefixes:"
                                        + " [10.1.0.0/16]}, {identifier: anne, prefixes:"
                                        + " [10.2.0.0/16]}]"));
        assertEquals(3, refused.faults().size(), () -> refused.faults().toString());
        assertFalse(refused.faults().toString().contains("anne"), refused::toString);
        // With a typing error it is still most of one.
        var mistyped =
                assertInstanceOf(
                        Refused.class,
                        read("realms: [{identifier: 0xc0ffeeg, prefixes: [10.1.0.0/16]}]"));
        assertFalse(mistyped.faults().toString().contains("c0ffee"), mistyped::toString);
    }

    @Test
    void aReloadTakesThemOver() {
        var before = assertInstanceOf(Valid.class, ConfigReader.read("", HOST));
        var after =
                assertInstanceOf(
                        Valid.class,
                        read(
                                "portals: [{from: ['2001:db8::9'], for: [10.0.0.0/8]}], realms:"
                                        + " [{identifier: a, prefixes: [10.1.0.0/16]}]"));

        ConfigChange change = ConfigChange.between(before, after);

        assertTrue(change.waiting().isEmpty(), () -> change.waiting().toString());
        assertEquals(4, change.changed().size(), () -> change.changed().toString());
        assertEquals(after.config().pcp(), change.inForce().config().pcp());
    }
}
