package org.portreeve.testkit.kills;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads the record of acknowledgements in order and says which promises were broken: a lease that
 * moved or was refused to its owner, an external port with two holders, an epoch that lies, a lease
 * that nobody answered for after a restart.
 *
 * <p>Near a deadline either answer is right, so the judge says nothing within {@link
 * #TOLERANCE_MILLIS} of one.
 */
final class Judge {
    /** In the record: all live leases are asked for again from here ... */
    static final String VERIFY_BEGIN = "mark verify-begin";

    /** ... to here. */
    static final String VERIFY_END = "mark verify-end";

    private static final long TOLERANCE_MILLIS = 3_000;
    private static final int NOT_AUTHORIZED = 2;
    private static final int MAX_VIOLATIONS = 100;

    private final Map<String, Ack> leases = new HashMap<>();
    private final Map<String, String> holders = new HashMap<>();
    private final Set<String> answeredSinceVerify = new HashSet<>();
    private final Map<Integer, Integer> refusals = new TreeMap<>();
    private final EpochWindow epoch = new EpochWindow();
    private final List<String> violations = new ArrayList<>();
    private long lastMillis;
    private int acks;
    private int verified;

    /** Takes the next line of the record. */
    void read(String line) {
        if (Ack.isAck(line)) {
            onAck(Ack.parse(line));
        } else if (line.equals(VERIFY_BEGIN)) {
            answeredSinceVerify.clear();
        } else if (line.equals(VERIFY_END)) {
            onVerifyEnd();
        }
    }

    private void onAck(Ack ack) {
        acks++;
        lastMillis = ack.millis();
        if (!epoch.accepts(ack.askedMillis(), ack.millis(), ack.epochSeconds())) {
            violation("the epoch jumped", ack);
        }
        if (ack.result() != 0) {
            onRefusal(ack);
            return;
        }
        answeredSinceVerify.add(ack.internal());
        if (ack.isDeletion()) {
            onDeletion(ack);
        } else {
            onGrant(ack);
        }
    }

    private void onRefusal(Ack ack) {
        refusals.merge(ack.result(), 1, Integer::sum);
        if (ack.result() == NOT_AUTHORIZED && isLive(ack.internal(), ack.millis())) {
            violation("the owner was refused", ack);
        }
    }

    private void onDeletion(Ack ack) {
        Ack lease = leases.get(ack.internal());
        if (lease == null) {
            return;
        }
        if (ack.grantedSeconds() == 0) {
            leases.remove(ack.internal());
            holders.remove(lease.external(), ack.internal());
        } else {
            // It still carried traffic: it ends when it is idle (RFC 6887 §15).
            keep(
                    new Ack(
                            ack.askedMillis(),
                            ack.millis(),
                            ack.internal(),
                            0,
                            0,
                            ack.grantedSeconds(),
                            ack.epochSeconds(),
                            lease.external()));
        }
    }

    private void onGrant(Ack ack) {
        Ack before = leases.get(ack.internal());
        boolean moved = before != null && !before.external().equals(ack.external());
        if (moved && isLive(ack.internal(), ack.millis())) {
            violation("a live lease moved from " + before.external(), ack);
        }
        if (moved) {
            holders.remove(before.external(), ack.internal());
        }
        String holder = holders.get(ack.external());
        if (holder != null && !holder.equals(ack.internal()) && isLive(holder, ack.millis())) {
            violation("the external port is also held by " + holder, ack);
        }
        keep(ack);
    }

    private void keep(Ack lease) {
        leases.put(lease.internal(), lease);
        holders.put(lease.external(), lease.internal());
    }

    private boolean isLive(String internal, long nowMillis) {
        Ack lease = leases.get(internal);
        return lease != null && lease.deadlineMillis() - nowMillis > TOLERANCE_MILLIS;
    }

    private void onVerifyEnd() {
        for (Ack lease : leases.values()) {
            if (!isLive(lease.internal(), lastMillis)) {
                continue;
            }
            verified++;
            if (!answeredSinceVerify.contains(lease.internal())) {
                violation("an acknowledged lease was not confirmed", lease);
            }
        }
    }

    private void violation(String sentence, Ack ack) {
        if (violations.size() < MAX_VIOLATIONS) {
            violations.add(sentence + ": " + ack.line());
        }
    }

    /** Broken promises, in order; at most a hundred. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    /** How many acknowledgements were read. */
    int acks() {
        return acks;
    }

    /** How many times a live lease was looked at after a restart. */
    int verified() {
        return verified;
    }

    /** Refusals by result code. */
    Map<Integer, Integer> refusals() {
        return Map.copyOf(refusals);
    }
}
