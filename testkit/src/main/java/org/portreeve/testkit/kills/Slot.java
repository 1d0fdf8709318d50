package org.portreeve.testkit.kills;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * One internal tuple of a subscriber: what is known of its mapping and the one request that may be
 * under way. The retransmissions of a request are the request itself, so that an unanswered one is
 * settled by its answer after a restart (RFC 6887 §8.1.1).
 */
final class Slot {
    private final Subscriber subscriber;
    private final int protocol;
    private final int internalPort;
    private final byte[] nonce = new byte[PcpRequests.NONCE_BYTES];
    private final String nonceHex;

    private boolean underWay;
    private boolean repeated;
    private long askedSeconds;
    private long askedMillis;
    private long sentNs;
    private long quietUntilNs;
    private boolean granted;
    private long deadlineNs;
    private PcpAnswer lastGrant;

    Slot(Subscriber subscriber, int protocol, int internalPort, RandomGenerator random) {
        this.subscriber = subscriber;
        this.protocol = protocol;
        this.internalPort = internalPort;
        random.nextBytes(nonce);
        this.nonceHex = HexFormat.of().formatHex(nonce);
    }

    /** Whether it may ask: nothing under way, and no late answer of a repeated request to come. */
    boolean isFree(long nowNs) {
        return !underWay && nowNs - quietUntilNs >= 0;
    }

    /** Whether a lease was granted and has not ended. */
    boolean isGranted(long nowNs) {
        return granted && deadlineNs - nowNs > 0;
    }

    boolean isUnderWay() {
        return underWay;
    }

    long sentNs() {
        return sentNs;
    }

    /** When the request under way was sent for the first time, milliseconds since 1970. */
    long askedMillis() {
        return askedMillis;
    }

    Subscriber subscriber() {
        return subscriber;
    }

    long askedSeconds() {
        return askedSeconds;
    }

    /** Whether packets to this mapping arrive at the socket of its subscriber. */
    boolean carriesPackets() {
        return protocol == PcpRequests.UDP && internalPort == Subscriber.PORT;
    }

    PcpAnswer lastGrant() {
        return lastGrant;
    }

    /** The request that is sent now. */
    byte[] ask(long lifetimeSeconds, long nowNs, long nowMillis) {
        underWay = true;
        repeated = false;
        askedSeconds = lifetimeSeconds;
        askedMillis = nowMillis;
        sentNs = nowNs;
        return request();
    }

    /** The same request once more. */
    byte[] askAgain(long nowNs) {
        repeated = true;
        sentNs = nowNs;
        return request();
    }

    private byte[] request() {
        return PcpRequests.map(subscriber.address(), nonce, protocol, internalPort, askedSeconds);
    }

    /**
     * Whether this is the answer to what is under way. A deletion of a mapping that no host uses
     * leaves nothing (RFC 6887 §15), and a renewal something, so what says otherwise is the late
     * answer to a repeated request before.
     */
    boolean isAnsweredBy(PcpAnswer answer) {
        boolean leavesNothing = answer.lifetimeSeconds() == 0;
        boolean isLate = answer.succeeded() && leavesNothing != (askedSeconds == 0);
        return underWay
                && !isLate
                && answer.protocol() == protocol
                && answer.internalPort() == internalPort
                && answer.nonce().equals(nonceHex);
    }

    /** Takes the answer; a request that was repeated may be answered again for a while. */
    void onAnswer(PcpAnswer answer, long nowNs, long quietNs) {
        underWay = false;
        quietUntilNs = repeated ? nowNs + quietNs : nowNs;
        if (answer.succeeded()) {
            granted = askedSeconds > 0;
            deadlineNs = nowNs + answer.lifetimeSeconds() * 1_000_000_000L;
            lastGrant = granted ? answer : lastGrant;
        }
    }
}
