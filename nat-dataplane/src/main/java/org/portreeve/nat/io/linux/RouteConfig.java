package org.portreeve.nat.io.linux;

import java.util.Collection;
import java.util.List;
import org.portreeve.nat.Prefix;

/**
 * What the routes of a node follow from. Immutable.
 *
 * @param tunName the name the TUN devices are made of
 * @param insideInterfaces the subscriber-facing interfaces
 * @param outsideInterfaces the Internet-facing interfaces
 * @param insidePrefixes who is a subscriber
 * @param pool the external addresses
 * @param passThrough destinations that subscribers reach untranslated
 * @param ingressCheck what becomes of packets that come by an inside interface not their source's
 */
public record RouteConfig(
        String tunName,
        List<String> insideInterfaces,
        List<String> outsideInterfaces,
        List<Prefix> insidePrefixes,
        List<Prefix> pool,
        List<Prefix> passThrough,
        IngressCheck ingressCheck) {

    /** Takes copies of the lists. */
    public RouteConfig {
        insideInterfaces = List.copyOf(insideInterfaces);
        outsideInterfaces = List.copyOf(outsideInterfaces);
        insidePrefixes = List.copyOf(insidePrefixes);
        pool = List.copyOf(pool);
        passThrough = List.copyOf(passThrough);
    }

    /** The same with everything translated, and sources checked. */
    public RouteConfig(
            String tunName,
            List<String> insideInterfaces,
            List<String> outsideInterfaces,
            List<Prefix> insidePrefixes,
            List<Prefix> pool) {
        this(
                tunName,
                insideInterfaces,
                outsideInterfaces,
                insidePrefixes,
                pool,
                List.of(),
                IngressCheck.STRICT);
    }

    /** The same with the pool as addresses. */
    public static RouteConfig of(
            String tunName,
            List<String> insideInterfaces,
            List<String> outsideInterfaces,
            List<Prefix> insidePrefixes,
            Collection<Integer> poolAddresses,
            List<Prefix> passThrough,
            IngressCheck ingressCheck) {
        return new RouteConfig(
                tunName,
                insideInterfaces,
                outsideInterfaces,
                insidePrefixes,
                PoolPrefixes.of(poolAddresses),
                passThrough,
                ingressCheck);
    }

    /** The device that packets of subscribers are routed to. */
    String insideTun() {
        return TunDevices.insideDevice(tunName);
    }

    /** The device that packets to the pool are routed to. */
    String outsideTun() {
        return TunDevices.outsideDevice(tunName);
    }
}
