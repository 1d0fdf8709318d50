package org.portreeve.testkit.kills;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpOptions;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * One internal tuple of a subscriber: what is known of its mapping and the one request that may be
 * under way. The retransmissions of a request are the request itself, so that an unanswered one is
 * settled by its answer after a restart (RFC 6887 §8.1.1).
 */
final class Slot {
    /** How many ports a set is to have; it may get fewer. */
    private static final int SET_SIZE = 8;

    private final Subscriber subscriber;
    private final int protocol;
    private final int internalPort;
    private final Kind kind;
    private final byte[] nonce = new byte[PcpRequests.NONCE_BYTES];
    private String nonceHex = "";

    private boolean underWay;
    private boolean repeated;
    private Wish wish = Wish.lifetime(0);
    private long askedMillis;
    private long sentNs;
    private long quietUntilNs;
    private boolean granted;
    private boolean deleted;
    private long deadlineNs;
    private int externalPort;

    /** What it is, and so how it is asked for. */
    enum Kind {
        /** A mapping of one port. */
        MAP,
        /** A mapping of several ports, by MAP with PORT_SET (RFC 7753). */
        SET,
        /** A session. */
        PEER
    }

    Slot(Subscriber subscriber, Kind kind, int protocol, int internalPort, RandomGenerator random) {
        this.subscriber = subscriber;
        this.kind = kind;
        this.protocol = protocol;
        this.internalPort = internalPort;
        renewNonce(random);
    }

    /** From now on somebody else seems to ask: for a mapping that is there he is refused. */
    void renewNonce(RandomGenerator random) {
        random.nextBytes(nonce);
        nonceHex = HexFormat.of().formatHex(nonce);
    }

    /** Whether it may ask: nothing under way, and no late answer of a repeated request to come. */
    boolean isFree(long nowNs) {
        return !underWay && nowNs - quietUntilNs >= 0;
    }

    /** Whether a lease was granted and has not ended. */
    boolean isGranted(long nowNs) {
        return granted && deadlineNs - nowNs > 0;
    }

    /** Whether its lease was deleted, and no other granted since. */
    boolean isDeleted() {
        return deleted;
    }

    /** The external port that it had last; 0 before it had any. */
    int externalPort() {
        return externalPort;
    }

    /** Whether it is a PEER, which has a name at most and cannot be deleted (RFC 6887 §12.1). */
    boolean isPeer() {
        return kind == Kind.PEER;
    }

    /** Whether it is of several ports, which nobody can insist on (RFC 7753 §4). */
    boolean isSet() {
        return kind == Kind.SET;
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

    /** What was asked last. */
    Wish wish() {
        return wish;
    }

    /** The request that is sent now. */
    byte[] ask(Wish wish, long nowNs, long nowMillis) {
        underWay = true;
        repeated = false;
        this.wish = wish;
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
        String client = subscriber.address();
        long lifetimeSeconds = wish.lifetimeSeconds();
        return switch (kind) {
            case MAP ->
                    PcpOptions.with(
                            PcpRequests.map(
                                    client,
                                    nonce,
                                    protocol,
                                    internalPort,
                                    wish.insistedPort(),
                                    lifetimeSeconds),
                            wish.options());
            case SET ->
                    PcpOptions.with(
                            PcpOptions.with(
                                    PcpRequests.map(
                                            client, nonce, protocol, internalPort, lifetimeSeconds),
                                    PcpOptions.portSet(SET_SIZE, internalPort, false)),
                            wish.options());
            case PEER ->
                    PcpOptions.with(
                            PcpRequests.peer(
                                    client,
                                    nonce,
                                    protocol,
                                    internalPort,
                                    Probes.address(Probes.REMOTE_PEER),
                                    Probes.PORT,
                                    lifetimeSeconds),
                            wish.options());
        };
    }

    /**
     * Whether this is the answer to what is under way, and not the late one to a repeated request
     * before: a MAP that no host uses gets the lifetime that was asked (RFC 6887 §15), a PEER that
     * or what is left (§12.3).
     */
    boolean isAnsweredBy(PcpAnswer answer) {
        return underWay
                && (!answer.succeeded() || hasLifetimeOf(answer))
                && answer.protocol() == protocol
                && answer.internalPort() == internalPort
                && answer.nonce().equals(nonceHex);
    }

    private boolean hasLifetimeOf(PcpAnswer answer) {
        return isPeer()
                ? answer.lifetimeSeconds() >= wish.lifetimeSeconds()
                : answer.lifetimeSeconds() == wish.lifetimeSeconds();
    }

    /** Takes the answer; a request that was repeated may be answered again for a while. */
    void onAnswer(PcpAnswer answer, long nowNs, long quietNs) {
        underWay = false;
        quietUntilNs = repeated ? nowNs + quietNs : nowNs;
        if (answer.succeeded()) {
            granted = !wish.isDeletion();
            deleted = wish.isDeletion();
            externalPort = deleted ? externalPort : answer.externalPort();
            deadlineNs = nowNs + answer.lifetimeSeconds() * 1_000_000_000L;
        }
    }
}
