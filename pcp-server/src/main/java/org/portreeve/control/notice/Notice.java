package org.portreeve.control.notice;

/** What may be told, each with a line of its own: what happens to whom, and what to do. */
public enum Notice {
    CLIENT_RATE(
            "Requests of %s are dropped unanswered: it asks faster than its profile lets. Look there for a client in a loop, or raise quota.requests of the profile"),
    FOREIGN_RATE(
            "Requests of IPv6 hosts are dropped unanswered: a network of them asks faster than profile default lets. Look for a client in a loop, or raise its quota.requests"),
    TOTAL_RATE(
            "Requests are dropped unanswered, those of %s first: all clients together ask faster than the node serves. Look for a flood from many addresses; after a restart it passes by itself"),
    WAITING_FULL(
            "Requests of %s are refused: too many for one and the same internal port wait. Look there for a client that repeats itself, and at the disk of the journal if it is slow"),
    SHARDS_FULL(
            "Requests are put off or refused: the translator's mailboxes are full. It does not keep up with packets or with port control; see the packet rate and the processor"),
    JOURNAL_FULL(
            "Requests are refused: the journal's queue is full. Its disk does not keep up; see control_journal_* and the latency of fdatasync"),
    NONCE_RENEWALS(
            "%s asks for mappings that another nonce owns, and is refused: a client that forgot its nonces, or one that guesses. If it is the former, pcp.nonce or the profile's nonce can be renew-only"),
    NONCE_DELETIONS(
            "%s wants to end mappings that another nonce owns, and is refused: a client that forgot its nonces, or one that guesses. Staff can end a mapping with release or on its page"),
    NONCE_RECLAIMS(
            "%s asks for ports that rest for another nonce, and gets others: a client that forgot its nonces, or one that guesses"),
    NONCE_OTHERS(
            "%s changes mappings of another nonce, and its profile lets it (nonce is renew-only or off): if this is no router that forgets its nonces, make it strict"),
    FORGED_PORTAL(
            "Requests with the address of portal %s come by another device than the one that leads to it, and are dropped: somebody forges its address, or the route to it is wrong");

    private final String line;

    Notice(String line) {
        this.line = line;
    }

    /** The line about somebody. */
    String about(String who) {
        return line.formatted(who);
    }
}
