package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.plan;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.NatConfig;

class SubscribersTest {
    private static final NatConfig NAT = ControlRig.nat(1, new PortRange(1024, 16_383));
    private static final int REALM = 0;

    private final Subscribers implicit = new Subscribers(ControlConfig.of(NAT));
    private final Subscribers named =
            new Subscribers(
                    ControlRig.config(
                            NAT,
                            List.of(ControlRig.profile("small", 3)),
                            List.of(
                                    plan("school", "default", "100.64.0.0/16", "100.70.0.9/32"),
                                    plan("office", "small", "100.64.7.0/24"))));

    @Test
    void withoutNamesEachInsideAddressIsOne() {
        long one = implicit.keyOf(REALM, Ipv4.of("100.64.0.1"));

        assertNotEquals(one, implicit.keyOf(REALM, Ipv4.of("100.64.0.2")));
        assertEquals(one, implicit.keyOf("100.64.0.1"));
        assertEquals("100.64.0.1", implicit.id(implicit.findOrAdd(one).orElseThrow()));
        assertEquals(ControlRig.QUOTA, implicit.quotaOf(one));
    }

    @Test
    void anAddressOutsideOrOfAnotherRealmBelongsToNobody() {
        assertEquals(Subscribers.UNKNOWN, implicit.keyOf(REALM, Ipv4.of("10.0.0.1")));
        assertEquals(Subscribers.UNKNOWN, implicit.keyOf(1, Ipv4.of("100.64.0.1")));
        assertEquals(Subscribers.UNKNOWN, implicit.keyOf("10.0.0.1"));
        assertEquals(Subscribers.UNKNOWN, implicit.keyOf("school"));
    }

    @Test
    void theLongestPrefixNamesTheSubscriber() {
        assertEquals("school", idOf("100.64.0.1"));
        assertEquals("office", idOf("100.64.7.1"));
        assertEquals("school", idOf("100.70.0.9"));
        assertEquals(Subscribers.UNKNOWN, named.keyOf(REALM, Ipv4.of("100.70.0.10")));
        assertEquals(Subscribers.UNKNOWN, named.keyOf("100.64.0.1"));
        assertEquals(3, named.quotaOf(named.keyOf("office")));
    }

    @Test
    void indexesAreDenseAndUsedAgain() {
        Subscriber first = implicit.findOrAdd(1).orElseThrow();
        Subscriber second = implicit.findOrAdd(2).orElseThrow();
        assertEquals(0, first.index);
        assertEquals(1, second.index);

        implicit.remove(first);
        implicit.remove(first);

        assertEquals(0, implicit.findOrAdd(3).orElseThrow().index);
        assertEquals(2, implicit.findOrAdd(4).orElseThrow().index);
        assertTrue(implicit.find(1).isEmpty());
    }

    @Test
    void oneMoreThanTheCapacityIsRefused() {
        for (int key = 0; key < NAT.capacity().subscribers(); key++) {
            assertTrue(implicit.findOrAdd(key).isPresent());
        }
        assertTrue(implicit.findOrAdd(1 << 20).isEmpty());
        assertTrue(implicit.findOrAdd(0).isPresent());
    }

    private String idOf(String ip) {
        long key = named.keyOf(REALM, Ipv4.of(ip));
        return named.id(named.findOrAdd(key).orElseThrow());
    }
}
