package org.portreeve.testkit.kills;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads the record of acknowledgements in order and says which promises were broken: a lease that
 * moved or was refused to its owner, an external port with two holders, an epoch that lies, a
 * deletion that did not last, a lease that nobody answered for after a restart or that the node
 * lists otherwise than it was granted.
 *
 * <p>Near a deadline either answer is right, so the judge says nothing within {@link
 * #TOLERANCE_MILLIS} of one.
 */
final class Judge {
    /** In the record: all live leases, and what was deleted, are asked for again from here ... */
    static final String VERIFY_BEGIN = "mark verify-begin";

    /** ... to here. */
    static final String VERIFY_END = "mark verify-end";

    /**
     * A request that was repeated may be worked again after its answer was read, and all waits a
     * while on a machine that starts a node.
     */
    private static final long TOLERANCE_MILLIS = 5_000;

    /** The same for the end that the node lists: each copy of a request grants its time anew. */
    private static final long LISTED_TOLERANCE_MILLIS = 15_000;

    private static final int NOT_AUTHORIZED = 2;
    private static final int CANNOT_PROVIDE_EXTERNAL = 11;
    private static final int MAX_VIOLATIONS = 100;

    private final Map<String, Held> leases = new HashMap<>();
    private final Map<String, String> holders = new HashMap<>();

    /** What was deleted and not asked for since, with the external tuple that it had. */
    private final Map<String, String> deleted = new HashMap<>();

    private final Set<String> answeredSinceVerify = new HashSet<>();
    private final Map<Integer, Integer> refusals = new TreeMap<>();
    private final EpochWindow epoch = new EpochWindow();
    private final List<String> violations = new ArrayList<>();
    private long lastMillis;
    private int acks;
    private int verified;
    private int deletionsVerified;
    private int listed;
    private int filtersListed;
    private int namedPeersListed;
    private int insistedGranted;
    private int setsListed;
    private boolean verifying;

    /** Takes the next line of the record. */
    void read(String line) {
        if (Ack.isAck(line)) {
            onAck(Ack.parse(line));
        } else if (line.equals(VERIFY_BEGIN)) {
            answeredSinceVerify.clear();
            verifying = true;
        } else if (line.equals(VERIFY_END)) {
            onVerifyEnd();
            verifying = false;
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
        if (ack.wish().isDeletion()) {
            onDeletion(ack);
        } else {
            onGrant(ack);
        }
    }

    private void onRefusal(Ack ack) {
        refusals.merge(ack.result(), 1, Integer::sum);
        if (ack.result() == NOT_AUTHORIZED && isLive(ack.internal(), ack.millis())) {
            violation("the owner was refused", ack);
        } else if (ack.result() == NOT_AUTHORIZED && deleted.containsKey(ack.internal())) {
            violation("a deletion did not last", ack);
        } else if (ack.result() == CANNOT_PROVIDE_EXTERNAL && insistsOnItsOwn(ack)) {
            violation("the owner was refused the port that it has", ack);
        }
    }

    private boolean insistsOnItsOwn(Ack ack) {
        return isLive(ack.internal(), ack.millis())
                && leases.get(ack.internal()).external().endsWith("/" + ack.wish().insistedPort());
    }

    /** Nothing in the load keeps a mapping by traffic: what is deleted is gone at once. */
    private void onDeletion(Ack ack) {
        Held lease = leases.remove(ack.internal());
        if (lease != null) {
            leave(lease);
            deleted.put(ack.internal(), lease.external());
        }
    }

    private void onGrant(Ack ack) {
        int insisted = ack.wish().insistedPort();
        if (insisted != 0) {
            insistedGranted++;
            if (!ack.external().endsWith("/" + insisted)) {
                violation("another port than the one insisted on", ack);
            }
        }
        boolean goesOn = isLive(ack.internal(), ack.millis());
        Held before = leases.get(ack.internal());
        boolean moved = before != null && !before.ack().externals().equals(ack.externals());
        if (moved && goesOn) {
            violation("a live lease moved from " + before.external(), ack);
        }
        if (moved) {
            leave(before);
        }
        hold(ack);
        if (deleted.remove(ack.internal()) != null && verifying) {
            deletionsVerified++;
        }
        leases.put(ack.internal(), goesOn ? before.after(ack) : Held.of(ack));
    }

    private void leave(Held lease) {
        lease.ack().externals().forEach(each -> holders.remove(each, lease.ack().internal()));
    }

    private void hold(Ack ack) {
        for (String external : ack.externals()) {
            String holder = holders.put(external, ack.internal());
            if (holder != null && !holder.equals(ack.internal()) && isLive(holder, ack.millis())) {
                violation(external + " is also held by " + holder, ack);
            }
        }
    }

    private boolean isLive(String internal, long nowMillis) {
        Held lease = leases.get(internal);
        return lease != null && lease.isLive(nowMillis, TOLERANCE_MILLIS);
    }

    private void onVerifyEnd() {
        for (Held lease : leases.values()) {
            if (!lease.isLive(lastMillis, TOLERANCE_MILLIS)) {
                continue;
            }
            verified++;
            if (!answeredSinceVerify.contains(lease.ack().internal())) {
                violation("an acknowledged lease was not confirmed", lease.ack());
            }
        }
    }

    /** Compares all that the node lists with what was acknowledged, while nobody asks. */
    void compare(List<Listed> rows, long nowMillis) {
        Map<String, Listed> byInternal =
                rows.stream().collect(Collectors.toMap(Listed::internal, row -> row));
        for (Held lease : leases.values()) {
            Listed row = byInternal.remove(lease.ack().internal());
            if (lease.isLive(nowMillis, TOLERANCE_MILLIS)) {
                compare(lease, row);
            }
        }
        for (Listed row : byInternal.values()) {
            violation(
                    deleted.containsKey(row.internal())
                            ? "a deleted mapping is listed: " + row
                            : "a mapping that nobody was granted is listed: " + row);
        }
    }

    private void compare(Held lease, Listed row) {
        listed++;
        if (row == null) {
            violation("an acknowledged lease is not listed", lease.ack());
            return;
        }
        setsListed += lease.ack().portCount() > 1 ? 1 : 0;
        filtersListed += lease.filters().isEmpty() ? 0 : 1;
        namedPeersListed += lease.isNamedPeer() ? 1 : 0;
        Set<String> filters =
                lease.filters().stream().map(Filter::toString).collect(Collectors.toSet());
        boolean fits =
                row.external().equals(lease.external())
                        && row.description().equals(lease.listedName())
                        && row.portCount() == lease.ack().portCount()
                        && row.filters().equals(filters)
                        && row.endsAt(lease.ack().deadlineMillis(), LISTED_TOLERANCE_MILLIS);
        if (!fits) {
            violation("listed otherwise than granted: " + row + " is not " + lease);
        }
    }

    private void violation(String sentence, Ack ack) {
        violation(sentence + ": " + ack.line());
    }

    private void violation(String sentence) {
        if (violations.size() < MAX_VIOLATIONS) {
            violations.add(sentence);
        }
    }

    /** The live leases of an internal port, UDP, in the order of their internal tuples. */
    List<Held> live(int internalPort) {
        return leases.values().stream()
                .filter(lease -> lease.ack().isUdp(internalPort))
                .filter(lease -> lease.isLive(lastMillis, 2 * TOLERANCE_MILLIS))
                .sorted((a, b) -> a.ack().internal().compareTo(b.ack().internal()))
                .toList();
    }

    /** The external tuples of what was deleted and not asked for since, by internal tuple. */
    Map<String, String> deleted() {
        return new TreeMap<>(deleted);
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

    /** How many deletions were made sure of after a restart, by a request with another nonce. */
    int deletionsVerified() {
        return deletionsVerified;
    }

    /** How many times a lease was compared with what the node lists. */
    int listed() {
        return listed;
    }

    /** How many of those had filters. */
    int filtersListed() {
        return filtersListed;
    }

    /** How many times a PEER with a name was compared with what the node lists. */
    int namedPeersListed() {
        return namedPeersListed;
    }

    /** How many requests were granted the very port that they insisted on. */
    int insistedGranted() {
        return insistedGranted;
    }

    /** How many times a set of ports was compared with what the node lists. */
    int setsListed() {
        return setsListed;
    }

    /** Refusals by result code. */
    Map<Integer, Integer> refusals() {
        return Map.copyOf(refusals);
    }
}
