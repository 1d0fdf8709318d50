package org.portreeve.upnp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.upnp.GatewayRig.EXTERNAL;
import static org.portreeve.upnp.GatewayRig.HOME_1;
import static org.portreeve.upnp.GatewayRig.HOME_2;
import static org.portreeve.upnp.GatewayRig.HOST_A;
import static org.portreeve.upnp.GatewayRig.HOST_B;
import static org.portreeve.upnp.GatewayRig.entry;
import static org.portreeve.upnp.GatewayRig.mapping;
import static org.portreeve.upnp.GatewayRig.with;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.testkit.Conformance;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.PresentAs;

/** What the actions do, seen by hosts and by port control. */
class GatewayActionsTest {
    private static final int V1 = 1;
    private static final int V2 = 2;
    private static final String CONNECTION = "urn:schemas-upnp-org:service:WANIPConnection:";

    @TempDir private Path directory;
    private GatewayRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new GatewayRig(directory, PresentAs.AUTO);
    }

    @AfterEach
    void stop() throws Exception {
        rig.stop();
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    @Conformance({"IGD-VAR-001", "IGD-VAR-004", "IGD-ACT-004"})
    void hostLearnsOfItsConnection(int version) throws Exception {
        assertEquals(
                EXTERNAL,
                call(HOST_A, version, "GetExternalIPAddress").value("NewExternalIPAddress"));
        var status = call(HOST_A, version, "GetStatusInfo");
        assertEquals("Connected", status.value("NewConnectionStatus"));
        assertEquals("ERROR_NONE", status.value("NewLastConnectionError"));
        long before = Long.parseLong(status.value("NewUptime"));
        rig.skipSeconds(10);
        long after = Long.parseLong(call(HOST_A, version, "GetStatusInfo").value("NewUptime"));
        assertTrue(after - before >= 10 && after - before < 20, () -> before + " " + after);
        var type = call(HOST_A, version, "GetConnectionTypeInfo");
        assertEquals("IP_Routed", type.value("NewConnectionType"));
        assertEquals("IP_Routed", type.value("NewPossibleConnectionTypes"));
        var nat = call(HOST_A, version, "GetNATRSIPStatus");
        assertEquals("0", nat.value("NewRSIPAvailable"));
        assertEquals("1", nat.value("NewNATEnabled"));
        var link =
                rig.post(
                        HOST_A,
                        rig.url(version, "WANCommonInterfaceConfig", "controlURL"),
                        "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1",
                        "GetCommonLinkProperties",
                        Map.of());
        assertEquals("Up", link.value("NewPhysicalLinkStatus"));
        assertEquals("Ethernet", link.value("NewWANAccessType"));
    }

    @Test
    @Conformance({"IGD-SPEC-001", "IGD-GEN-001", "IGD-QRK-012"})
    void mappingIsMadeReadBackRenewedAndDeleted() throws Exception {
        assertEquals(
                200, rig.call(HOST_A, V2, "AddPortMapping", mapping(HOST_A, 5000, 6000)).status());

        var read = rig.call(HOST_A, V2, "GetSpecificPortMappingEntry", entry(5000));
        assertEquals("6000", read.value("NewInternalPort"));
        assertEquals(HOST_A, read.value("NewInternalClient"));
        assertEquals("1", read.value("NewEnabled"));
        assertEquals("test", read.value("NewPortMappingDescription"));
        assertLease(3600, read);
        var listed = generic(HOST_A, V2, 0);
        assertEquals("5000", listed.value("NewExternalPort"));
        assertEquals("TCP", listed.value("NewProtocol"));
        assertEquals("", listed.value("NewRemoteHost"));
        assertEquals(713, generic(HOST_A, V2, 1).fault());

        rig.skipSeconds(1000);
        assertLease(2600, rig.call(HOST_A, V2, "GetSpecificPortMappingEntry", entry(5000)));
        assertEquals(
                200, rig.call(HOST_A, V2, "AddPortMapping", mapping(HOST_A, 5000, 6000)).status());
        assertLease(3600, generic(HOST_A, V2, 0));
        assertEquals(713, generic(HOST_A, V2, 1).fault());

        assertEquals(200, rig.call(HOST_A, V2, "DeletePortMapping", entry(5000)).status());
        assertEquals(714, rig.call(HOST_A, V2, "DeletePortMapping", entry(5000)).fault());
        assertEquals(714, rig.call(HOST_A, V2, "GetSpecificPortMappingEntry", entry(5000)).fault());
        assertEquals(713, generic(HOST_A, V2, 0).fault());
        assertEquals(
                200, rig.call(HOST_A, V2, "AddPortMapping", mapping(HOST_A, 5000, 6000)).status());
    }

    @Test
    @Conformance({"IGD-ANY-001", "IGD-ANY-002", "IGD-ANY-003"})
    void anyPortIsTheOneAskedOrAnother() throws Exception {
        add(HOST_B, 5000);
        var other = rig.call(HOST_A, V2, "AddAnyPortMapping", mapping(HOST_A, 5000, 6000));
        int reserved = Integer.parseInt(other.value("NewReservedPort"));
        assertTrue(reserved >= 1024 && reserved != 5000, () -> "" + reserved);
        var again =
                rig.call(
                        HOST_A,
                        V2,
                        "AddAnyPortMapping",
                        with(mapping(HOST_A, reserved, 6000), "NewLeaseDuration", "7200"));
        assertEquals(reserved, Integer.parseInt(again.value("NewReservedPort")));
        assertLease(7200, generic(HOST_A, V2, 0));
        assertEquals(713, generic(HOST_A, V2, 1).fault());
        var any = rig.call(HOST_A, V2, "AddAnyPortMapping", mapping(HOST_A, 0, 6001));
        assertTrue(Integer.parseInt(any.value("NewReservedPort")) >= 1024);
        var free = rig.call(HOST_A, V2, "AddAnyPortMapping", mapping(HOST_A, 5001, 6002));
        assertEquals("5001", free.value("NewReservedPort"));
    }

    @Test
    void hostWithAnAddressForItselfHasEachPortAtItsOwnNumber() throws Exception {
        rig.dedicate("192.0.2.9");
        for (int version : new int[] {V1, V2}) {
            assertEquals(
                    "192.0.2.9",
                    call(HOST_A, version, "GetExternalIPAddress").value("NewExternalIPAddress"));
            var same = rig.call(HOST_A, version, "AddPortMapping", mapping(HOST_A, 6000, 6000));
            assertEquals(200, same.status());
            var other = rig.call(HOST_A, version, "AddPortMapping", mapping(HOST_A, 5000, 6000));
            assertEquals(718, other.fault());
            // Nothing was made, so nothing is there to be listed.
            assertEquals(713, generic(HOST_A, version, 0).fault());
        }
        var any = rig.call(HOST_A, V2, "AddAnyPortMapping", mapping(HOST_A, 5000, 6000));
        assertEquals("6000", any.value("NewReservedPort"));
    }

    /** One wrong argument of AddPortMapping and the faults of both versions. */
    @ParameterizedTest
    @CsvSource({
        "NewExternalPort,0,716,716",
        "NewInternalPort,0,402,732",
        "NewInternalClient,127.0.0.99,718,606",
        "NewInternalClient,some-host,718,606",
        "NewProtocol,SCTP,402,601",
        "NewExternalPort,65536,402,402",
        "NewExternalPort,many,402,402",
        "NewInternalPort,-1,402,402",
        "NewLeaseDuration,4294967296,402,402",
        "NewLeaseDuration,'',402,402",
        "NewEnabled,0,501,501",
        "NewEnabled,perhaps,402,402",
        "NewRemoteHost,192.0.2.1,501,501",
        "NewInternalClient,255.255.255.255,501,501",
        "NewExternalPort,80,718,606",
        "NewInternalPort,80,718,606"
    })
    @Conformance({
        "IGD-ADD-004",
        "IGD-ADD-008",
        "IGD-ADD-009",
        "IGD-VAR-007",
        "IGD-VAR-011",
        "IGD-ACL-001",
        "IGD-ACL-002",
        "IGD-V1-007"
    })
    void wrongArgumentIsRefused(String name, String value, int fault1, int fault2)
            throws Exception {
        var wrong = with(mapping(HOST_A, 5000, 6000), name, value);
        assertEquals(fault1, rig.call(HOST_A, V1, "AddPortMapping", wrong).fault());
        assertEquals(fault2, rig.call(HOST_A, V2, "AddPortMapping", wrong).fault());
        assertEquals(713, generic(HOST_A, V2, 0).fault());
    }

    @Test
    @Conformance({"IGD-QRK-010", "IGD-QRK-008", "IGD-SOAP-007", "IGD-CLI-040"})
    void looseSpellingsAreTaken() throws Exception {
        Map<String, String> plain = mapping(HOST_A, 5000, 6000);
        for (Map<String, String> loose :
                List.of(
                        with(plain, "NewInternalClient", "::ffff:" + HOST_A),
                        with(plain, "NewProtocol", "tcp"),
                        with(plain, "NewEnabled", "yes"),
                        with(plain, "NewRemoteHost", "*"),
                        with(plain, "NewRemoteHost", "0.0.0.0"))) {
            assertEquals(200, rig.call(HOST_A, V2, "AddPortMapping", loose).status());
        }
        var empty = with(plain, "NewInternalClient", "");
        assertEquals(200, rig.call(HOST_A, V1, "AddPortMapping", empty).status());
        assertEquals(715, rig.call(HOST_A, V2, "AddPortMapping", empty).fault());
        assertEquals(HOST_A, generic(HOST_A, V2, 0).value("NewInternalClient"));
        assertEquals(713, generic(HOST_A, V2, 1).fault());
    }

    @Test
    @Conformance("IGD-SOAP-004")
    void argumentsAreTakenByNameInAnyOrderAndMissingOnesAreNot() throws Exception {
        var reversed = new LinkedHashMap<String, String>();
        List<String> names = new ArrayList<>(mapping(HOST_A, 5000, 6000).keySet()).reversed();
        names.forEach(name -> reversed.put(name, mapping(HOST_A, 5000, 6000).get(name)));
        reversed.put("NewExtra", "x");
        assertEquals(200, rig.call(HOST_A, V2, "AddPortMapping", reversed).status());
        reversed.remove("NewInternalPort");
        assertEquals(402, rig.call(HOST_A, V2, "AddPortMapping", reversed).fault());
    }

    @Test
    @Conformance({"IGD-DEL-001", "IGD-SPEC-002"})
    void portOfAnotherSubscriberIsAConflictAndTellsNothingMore() throws Exception {
        add(HOST_B, 5000);
        assertEquals(
                718, rig.call(HOST_A, V1, "AddPortMapping", mapping(HOST_A, 5000, 6000)).fault());
        assertEquals(
                718, rig.call(HOST_A, V2, "AddPortMapping", mapping(HOST_A, 5000, 6000)).fault());
        for (int version : new int[] {V1, V2}) {
            assertEquals(714, rig.call(HOST_A, version, "DeletePortMapping", entry(5000)).fault());
            assertEquals(
                    714,
                    rig.call(HOST_A, version, "GetSpecificPortMappingEntry", entry(5000)).fault());
            assertEquals(713, generic(HOST_A, version, 0).fault());
        }
        assertEquals("5000", generic(HOST_B, V2, 0).value("NewExternalPort"));
    }

    @Test
    @Conformance({"IGD-DEL-001", "IGD-SPEC-002", "IGD-GEN-002"})
    void neighbourOfTheSameHomeIsSeenButNotTouched() throws Exception {
        add(HOME_1, 5001);
        add(HOME_2, 5002);
        assertEquals(606, rig.call(HOME_1, V2, "DeletePortMapping", entry(5002)).fault());
        assertEquals(714, rig.call(HOME_1, V1, "DeletePortMapping", entry(5002)).fault());
        assertEquals(606, rig.call(HOME_1, V2, "GetSpecificPortMappingEntry", entry(5002)).fault());
        assertEquals(714, rig.call(HOME_1, V1, "GetSpecificPortMappingEntry", entry(5002)).fault());
        assertEquals(
                606, rig.call(HOME_1, V2, "AddPortMapping", mapping(HOME_2, 5003, 5003)).fault());
        for (String host : List.of(HOME_1, HOME_2)) {
            assertEquals(host, generic(host, V2, 0).value("NewInternalClient"));
            assertEquals(606, generic(host, V2, 1).fault());
            assertEquals(713, generic(host, V2, 2).fault());
            assertEquals(host, generic(host, V1, 0).value("NewInternalClient"));
            assertEquals(713, generic(host, V1, 1).fault());
        }
    }

    @Test
    @Conformance({"IGD-ADD-007", "IGD-DEL-003"})
    void mappingOfPcpIsListedAndNotToBeTakenOrDeleted() throws Exception {
        pcp(HOME_2, 7000);
        pcp(HOST_B, 7001);
        assertEquals(
                729, rig.call(HOME_1, V2, "AddPortMapping", mapping(HOME_1, 7000, 6000)).fault());
        assertEquals(
                718, rig.call(HOME_1, V1, "AddPortMapping", mapping(HOME_1, 7000, 6000)).fault());
        assertEquals(
                718, rig.call(HOME_1, V2, "AddPortMapping", mapping(HOME_1, 7001, 6000)).fault());
        assertEquals(606, rig.call(HOME_2, V2, "DeletePortMapping", entry(7000)).fault());
        assertEquals(714, rig.call(HOME_2, V1, "DeletePortMapping", entry(7000)).fault());
        assertEquals("7000", generic(HOME_2, V2, 0).value("NewExternalPort"));
    }

    @Test
    @Conformance("IGD-ADD-007")
    void tupleOfAnotherMechanismIsAConflictWithIt() throws Exception {
        pcp(HOME_1, 7000);
        var draft =
                new ReservationDraft(
                        InternalTuple.of(Protocol.TCP, Ipv4.of(HOME_1), 7001),
                        OptionalInt.empty(),
                        7101,
                        "");
        var saved =
                rig.node()
                        .reservations()
                        .create(draft, Resolution.REFUSE, "staff")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
        assertTrue(saved instanceof ReservationOutcome.Saved, saved::toString);

        for (int internalPort : new int[] {7000, 7001}) {
            var other = mapping(HOME_1, 7200, internalPort);
            assertEquals(729, rig.call(HOME_1, V2, "AddPortMapping", other).fault());
            assertEquals(718, rig.call(HOME_1, V1, "AddPortMapping", other).fault());
        }
        assertEquals(
                729,
                rig.call(HOME_1, V2, "AddAnyPortMapping", mapping(HOME_1, 7200, 7000)).fault());
        assertEquals(
                729, rig.call(HOME_1, V2, "AddPortMapping", mapping(HOME_1, 7101, 7002)).fault());
        // It is as they wish, and will not be ended for them.
        assertEquals(
                200, rig.call(HOME_1, V2, "AddPortMapping", mapping(HOME_1, 7101, 7001)).status());
    }

    @Test
    void portOfTheHostsOtherMappingStaysWithIt() throws Exception {
        add(HOST_A, 5000);
        for (int version : new int[] {V1, V2}) {
            var moved = mapping(HOST_A, 5000, 6000);
            assertEquals(718, rig.call(HOST_A, version, "AddPortMapping", moved).fault());
        }
        assertEquals(2, rig.count(UpnpCounter.EXACT_PORT_UNAVAILABLE));
        assertEquals("5000", generic(HOST_A, V2, 0).value("NewInternalPort"));
        assertEquals(713, generic(HOST_A, V2, 1).fault());

        // To end it first does not help, as the port rests for its tuple.
        assertEquals(200, rig.call(HOST_A, V2, "DeletePortMapping", entry(5000)).status());
        assertEquals(
                718, rig.call(HOST_A, V2, "AddPortMapping", mapping(HOST_A, 5000, 6000)).fault());
        add(HOST_A, 5000);
    }

    @Test
    void portThatCannotBeHadExactlyIsCountedApart() throws Exception {
        // In the range of port blocks.
        var blocked = mapping(HOST_A, 40_000, 6000);
        assertEquals(718, rig.call(HOST_A, V1, "AddPortMapping", blocked).fault());
        assertEquals(718, rig.call(HOST_A, V2, "AddPortMapping", blocked).fault());
        assertEquals(200, rig.call(HOST_A, V2, "AddAnyPortMapping", blocked).status());
        assertEquals(2, rig.count(UpnpCounter.EXACT_PORT_UNAVAILABLE));
        var wrong = with(blocked, "NewExternalPort", "many");
        assertEquals(402, rig.call(HOST_A, V2, "AddPortMapping", wrong).fault());
        assertEquals(4, rig.count(UpnpCounter.ACTIONS));
        assertEquals(3, rig.count(UpnpCounter.ACTIONS_REFUSED));
    }

    @Test
    @Conformance({"IGD-ADD-007", "IGD-V1-004"})
    void quotaHasTheErrorOfTheVersion() throws Exception {
        for (int i = 0; i < GatewayRig.MAPPINGS; i++) {
            add(HOST_A, 5000 + i);
        }
        assertEquals(
                728, rig.call(HOST_A, V2, "AddPortMapping", mapping(HOST_A, 5100, 5100)).fault());
        assertEquals(
                728, rig.call(HOST_A, V2, "AddAnyPortMapping", mapping(HOST_A, 0, 5100)).fault());
        assertEquals(
                501, rig.call(HOST_A, V1, "AddPortMapping", mapping(HOST_A, 5100, 5100)).fault());
        add(HOST_B, 5100);
    }

    @Test
    @Conformance({"IGD-V1-002", "IGD-CLI-012", "IGD-ADD-005"})
    void leaseWithoutEndIsShownSoToVersion1AndLongToVersion2() throws Exception {
        var endless = with(mapping(HOST_A, 5000, 5000), "NewLeaseDuration", "0");
        assertEquals(200, rig.call(HOST_A, V1, "AddPortMapping", endless).status());
        assertEquals("0", generic(HOST_A, V1, 0).value("NewLeaseDuration"));
        assertLease(604_800, generic(HOST_A, V2, 0));

        var longer = with(mapping(HOST_A, 5001, 5001), "NewLeaseDuration", "1000000");
        assertEquals(200, rig.call(HOST_A, V2, "AddPortMapping", longer).status());
        assertLease(604_800, rig.call(HOST_A, V2, "GetSpecificPortMappingEntry", entry(5001)));
    }

    @Test
    @Conformance("IGD-IWF-006")
    void leaseLongerThanPortControlGrantsLivesByRenewals() throws Exception {
        var days = with(mapping(HOST_A, 5000, 5000), "NewLeaseDuration", "200000");
        assertEquals(200, rig.call(HOST_A, V2, "AddPortMapping", days).status());
        // Port control grants 86400 s at most.
        for (int halfDays = 1; halfDays <= 3; halfDays++) {
            rig.skipSeconds(43_300);
            awaitControlLease(60_000, 86_400);
        }
        assertLease(200_000 - 3 * 43_300, generic(HOST_A, V2, 0));
        rig.skipSeconds(70_200);
        awaitFault(713);
    }

    @Test
    @Conformance("IGD-IWF-006")
    void leaseOfTheTimeBeforeTheStartLivesByRenewals() throws Exception {
        var endless = with(mapping(HOST_A, 5000, 5000), "NewLeaseDuration", "0");
        assertEquals(200, rig.call(HOST_A, V1, "AddPortMapping", endless).status());

        rig.restart();

        awaitLongLease();
        for (int halfDays = 1; halfDays <= 3; halfDays++) {
            rig.skipSeconds(43_300);
            awaitControlLease(60_000, 86_400);
        }
        assertLease(604_800 - 3 * 43_300, generic(HOST_A, V2, 0));
    }

    @Test
    void leaseShorterThanPortControlGrantsEndsInTime() throws Exception {
        var minute = with(mapping(HOST_A, 5000, 5000), "NewLeaseDuration", "60");
        assertEquals(200, rig.call(HOST_A, V2, "AddPortMapping", minute).status());
        assertLease(60, generic(HOST_A, V2, 0));
        rig.skipSeconds(61);
        awaitFault(713);
    }

    @Test
    @Conformance("IGD-QRK-013")
    void descriptionsAreCutAndEscaped() throws Exception {
        var script =
                with(mapping(HOST_A, 5000, 5000), "NewPortMappingDescription", "&lt;b&gt;&amp;");
        assertEquals(200, rig.call(HOST_A, V2, "AddPortMapping", script).status());
        assertEquals("&lt;b&gt;&amp;", generic(HOST_A, V2, 0).value("NewPortMappingDescription"));
        var empty = with(mapping(HOST_A, 5000, 5000), "NewPortMappingDescription", "");
        assertEquals(200, rig.call(HOST_A, V2, "AddPortMapping", empty).status());
        assertEquals("", generic(HOST_A, V2, 0).value("NewPortMappingDescription"));
        var longText =
                with(mapping(HOST_A, 5000, 5000), "NewPortMappingDescription", "x".repeat(2000));
        assertEquals(200, rig.call(HOST_A, V2, "AddPortMapping", longText).status());
        assertEquals("x".repeat(128), generic(HOST_A, V2, 0).value("NewPortMappingDescription"));
    }

    @Test
    @Conformance({"IGD-ACT-002", "IGD-ACT-003", "IGD-V1-007"})
    void connectionIsNotToBeChanged() throws Exception {
        assertEquals(731, setType(V2, "IP_Bridged"));
        assertEquals(601, setType(V2, "Foo"));
        assertEquals(501, setType(V1, "IP_Bridged"));
        assertEquals(200, call(HOST_A, V2, "RequestConnection").status());
        assertEquals(606, call(HOST_A, V2, "ForceTermination").fault());
        assertEquals(501, call(HOST_A, V1, "ForceTermination").fault());
    }

    @Test
    @Conformance({"IGD-V1-001", "IGD-SOAP-001", "IGD-SOAP-002"})
    void version1IsAnsweredAsSuchAtTheUrlOfVersion2() throws Exception {
        String url = rig.url(V2, "WANIPConnection", "controlURL");
        var read = rig.post(HOST_A, url, CONNECTION + "1", "GetExternalIPAddress", Map.of());
        assertTrue(read.body().contains("\"" + CONNECTION + "1\""), read::body);
        var any =
                rig.post(
                        HOST_A,
                        url,
                        CONNECTION + "1",
                        "AddAnyPortMapping",
                        mapping(HOST_A, 5000, 5000));
        assertEquals(401, any.fault());
        assertEquals(401, rig.call(HOST_A, V2, "Nonsense", Map.of()).fault());
        assertEquals(
                401, rig.post(HOST_A, url, CONNECTION + "3", "GetStatusInfo", Map.of()).fault());
    }

    @Test
    @Conformance({"IGD-CLI-002", "IGD-SOAP-003", "IGD-ERR-002"})
    void faultIsSpelledAsClientsSearchForIt() throws Exception {
        var fault = rig.call(HOST_A, V2, "DeletePortMapping", entry(5000));
        assertEquals(500, fault.status());
        assertTrue(
                fault.body()
                        .contains(
                                "<faultcode>s:Client</faultcode><faultstring>UPnPError"
                                        + "</faultstring><detail><UPnPError"
                                        + " xmlns=\"urn:schemas-upnp-org:control-1-0\">"
                                        + "<errorCode>714</errorCode><errorDescription>"
                                        + "NoSuchEntryInArray</errorDescription></UPnPError>"),
                fault::body);
        var address = call(HOST_A, V2, "GetExternalIPAddress");
        assertTrue(
                address.body().contains("<NewExternalIPAddress>" + EXTERNAL + "</New"),
                address::body);
    }

    private int setType(int version, String type) throws IOException {
        return rig.call(HOST_A, version, "SetConnectionType", Map.of("NewConnectionType", type))
                .fault();
    }

    private GatewayRig.Answer call(String from, int version, String action) throws IOException {
        return rig.call(from, version, action, Map.of());
    }

    private GatewayRig.Answer generic(String from, int version, int index) throws IOException {
        return rig.call(
                from,
                version,
                "GetGenericPortMappingEntry",
                Map.of("NewPortMappingIndex", Integer.toString(index)));
    }

    private void add(String host, int port) throws IOException {
        assertEquals(200, rig.call(host, V2, "AddPortMapping", mapping(host, port, port)).status());
    }

    private void pcp(String host, int port) throws Exception {
        var command =
                new MapCommand(
                        InternalTuple.of(Protocol.TCP, Ipv4.of(host), port),
                        new Nonce(1, 2),
                        LeaseOrigin.PCP,
                        0,
                        port,
                        true,
                        3600,
                        Ipv4.of(host),
                        5350,
                        "");
        MapOutcome outcome =
                rig.node().desk().map(command).toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertTrue(outcome instanceof MapOutcome.Granted, outcome::toString);
    }

    /** The lease in seconds, at most some seconds less. */
    private static void assertLease(long seconds, GatewayRig.Answer answer) {
        long shown = Long.parseLong(answer.value("NewLeaseDuration"));
        assertTrue(shown <= seconds && shown > seconds - 15, () -> shown + " of " + seconds);
    }

    private void awaitControlLease(long atLeast, long atMost) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            var rows =
                    rig.node()
                            .desk()
                            .mappings(MappingQuery.ofInternalIp(Ipv4.of(HOST_A)))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .items();
            assertEquals(1, rows.size());
            long remaining = rows.getFirst().remainingSeconds();
            if (remaining >= atLeast && remaining <= atMost) {
                return;
            }
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> "lease is " + remaining);
            Thread.sleep(50);
        }
    }

    /** Waits until the gateway knows of a lease that was made before it started. */
    private void awaitLongLease() throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Long.parseLong(generic(HOST_A, V2, 0).value("NewLeaseDuration")) <= 86_400) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "it was not taken over");
            Thread.sleep(50);
        }
    }

    private void awaitFault(int fault) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (generic(HOST_A, V2, 0).fault() != fault) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "the mapping is still there");
            Thread.sleep(50);
        }
    }
}
