package org.portreeve.upnp.igd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.testkit.Conformance;

class AskedLeasesTest {
    private static final InternalTuple WEB =
            InternalTuple.of(Protocol.TCP, Ipv4.of("100.64.0.10"), 8080);
    private static final long DAY = 86_400;
    private static final long WEEK = 7 * DAY;

    private final AskedLeases leases = new AskedLeases();

    @Test
    @Conformance("IGD-IWF-006")
    void weekIsLivedInDays() {
        leases.onGranted(wish(WEEK, false), 5000, DAY, 0);
        int renewals = 0;
        for (long now = 0; now < WEEK; now += 60) {
            for (AskedLeases.Step step : leases.due(ns(now), 10)) {
                var renew = assertInstanceOf(AskedLeases.Step.Renew.class, step);
                assertEquals(5000, renew.wish().externalPort());
                long granted = Math.min(DAY, renew.wish().leaseSeconds());
                leases.onRenewed(WEB, granted, ns(now));
                renewals++;
            }
            assertEquals(WEEK - now, leases.shownSeconds(WEB, DAY, IgdVersion.V2, ns(now)));
        }
        assertEquals(12, renewals, "one each half day, and none in the last day");
        assertEquals(List.of(new AskedLeases.Step.End(WEB)), leases.due(ns(WEEK), 10));
        assertEquals(0, leases.size());
    }

    @Test
    void renewalThatIsNotAnsweredIsRepeatedBeforeTheLeaseEnds() {
        leases.onGranted(wish(WEEK, false), 5000, DAY, 0);
        int attempts = 0;
        for (long now = 0; now < DAY; now++) {
            attempts += leases.due(ns(now), 10).size();
        }
        assertEquals(16, attempts, "each time when half of the rest is over");
    }

    @Test
    void whatIsGrantedAsAskedNeedsNothing() {
        leases.onGranted(wish(3600, false), 5000, 3600, 0);
        assertEquals(0, leases.size());
        assertEquals(77, leases.shownSeconds(WEB, 77, IgdVersion.V2, 0));
    }

    @Test
    void permanentLeaseIsShownSoToVersion1Alone() {
        leases.onGranted(wish(WEEK, true), 5000, DAY, 0);
        assertEquals(0, leases.shownSeconds(WEB, DAY, IgdVersion.V1, 0));
        assertEquals(WEEK, leases.shownSeconds(WEB, DAY, IgdVersion.V2, 0));
        leases.forget(WEB);
        assertEquals(List.of(), leases.due(ns(WEEK), 10));
    }

    @Test
    void stepsAtOnceAreBounded() {
        for (int port = 1; port <= 20; port++) {
            var internal = InternalTuple.of(Protocol.UDP, 1, port);
            leases.onGranted(new MappingWish(internal, port, "", 60, false), port, 120, 0);
        }
        assertEquals(8, leases.due(ns(60), 8).size());
        assertEquals(12, leases.due(ns(60), 50).size());
    }

    @Test
    void nothingIsDueWhileTheHostsOwnRequestIsUnderWay() {
        leases.onGranted(wish(60, false), 5000, 120, 0);
        leases.begin(WEB);
        leases.begin(WEB);
        assertEquals(List.of(), leases.due(ns(60), 10));
        leases.finish(WEB);
        assertEquals(List.of(), leases.due(ns(62), 10));
        leases.finish(WEB);
        leases.onGranted(wish(3600, false), 5000, 3600, ns(62));
        assertEquals(List.of(), leases.due(ns(64), 10), "it was renewed");

        leases.onGranted(wish(60, false), 5000, 120, ns(64));
        leases.begin(WEB);
        assertEquals(List.of(), leases.due(ns(124), 10));
        leases.finish(WEB);
        assertEquals(List.of(new AskedLeases.Step.End(WEB)), leases.due(ns(125), 10));
    }

    @Test
    void leaseThatNobodyRemembersIsTakenAsAskedForTheLongestTime() {
        leases.adopt(wish(WEEK, false), 1000, 0);
        assertEquals(WEEK, leases.shownSeconds(WEB, 1000, IgdVersion.V2, 0));
        List<AskedLeases.Step> steps = leases.due(ns(500), 10);
        assertInstanceOf(AskedLeases.Step.Renew.class, steps.getFirst());
    }

    @Test
    void leaseThatIsRememberedOrAskedForNowIsNotAdopted() {
        leases.onGranted(wish(60, false), 5000, 120, 0);
        leases.adopt(wish(WEEK, false), 1000, 0);
        assertEquals(60, leases.shownSeconds(WEB, 120, IgdVersion.V2, 0));

        leases.forget(WEB);
        leases.begin(WEB);
        leases.adopt(wish(WEEK, false), 1000, 0);
        assertEquals(0, leases.size());
    }

    @Test
    void reservationIsNeitherRenewedNorEnded() {
        leases.onGranted(wish(60, false), 5000, MappingView.FOREVER, 0);
        assertEquals(0, leases.size());
    }

    private static MappingWish wish(long seconds, boolean permanent) {
        return new MappingWish(WEB, 5000, "", seconds, permanent);
    }

    private static long ns(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
