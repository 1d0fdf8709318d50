package org.portreeve.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.portreeve.control.Plans.Planned;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.view.PolicyChange;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;

/**
 * Who is a subscriber, and the dense indexes of those that have something on this node.
 *
 * <p>A key stands for an id as long as the policy or this node knows it, whatever a reload does: an
 * id that is a dotted address has that address as its key, another one a number of its own. Event
 * loop only.
 */
final class Subscribers {
    /** The key of an address that belongs to nobody. */
    static final long UNKNOWN = -1;

    /** Marks keys that are no addresses. */
    private static final long NAMED = 1L << 32;

    private final NatConfig nat;
    private final NavigableMap<String, Long> keyById = new TreeMap<>();
    private final Map<Long, Subscriber> byKey = new HashMap<>();
    private final List<Optional<Subscriber>> byIndex = new ArrayList<>();
    private final List<Integer> freeIndexes = new ArrayList<>();
    private Plans plans;
    private long lastName;

    Subscribers(ControlConfig config) {
        nat = config.nat();
        plans = new Plans(config.policy(), this::addId);
    }

    /**
     * Puts a policy in force for what is asked from now on. What was given under the one before is
     * for others to look through. Takes time in proportion to the named subscribers.
     */
    PolicyChange apply(Policy policy) {
        Plans before = plans;
        plans = new Plans(policy, this::addId);
        Set<String> ids = new HashSet<>();
        policy.subscribers().forEach(plan -> ids.add(plan.id()));
        int removed = 0;
        for (SubscriberPlan plan : before.policy().subscribers()) {
            if (!ids.remove(plan.id())) {
                removed++;
                forgetId(plan.id());
            }
        }
        return new PolicyChange(ids.size(), removed, changedProfiles(before.policy(), policy));
    }

    /**
     * The subscriber that an internal address belongs to, or {@link #UNKNOWN}; whether it shares an
     * address of the pool or has one for itself.
     */
    long ownerOf(int internalIp) {
        Optional<Planned> dedicated = plans.ofDedicated(internalIp);
        return dedicated.isPresent()
                ? dedicated.get().key()
                : keyOf(InternalTuple.DEFAULT_REALM, internalIp);
    }

    /** The external address that an internal one has for itself. */
    OptionalInt dedicatedIpOf(int internalIp) {
        Optional<Planned> dedicated = plans.ofDedicated(internalIp);
        return dedicated.isPresent()
                ? OptionalInt.of(dedicated.get().plan().dedicatedIp())
                : OptionalInt.empty();
    }

    /** The external address that a subscriber has for itself. */
    OptionalInt dedicatedIpOf(long key) {
        Optional<Planned> planned = plans.ofKey(key);
        return planned.isPresent() && planned.get().plan().dedicatedIp() != SubscriberPlan.SHARED
                ? OptionalInt.of(planned.get().plan().dedicatedIp())
                : OptionalInt.empty();
    }

    /**
     * The subscriber for which an internal address shares one of the pool, or {@link #UNKNOWN}:
     * there is nothing to pair, to lease or to reserve for one that does not.
     */
    long keyOf(int realm, int internalIp) {
        if (realm != InternalTuple.DEFAULT_REALM
                || !isInside(internalIp)
                || plans.ofDedicated(internalIp).isPresent()) {
            return UNKNOWN;
        }
        return plans.isImplicit()
                ? internalIp & 0xffff_ffffL
                : plans.ofAddress(internalIp).map(Planned::key).orElse(UNKNOWN);
    }

    /**
     * What stands for whoever sends from an IPv4 address: its subscriber or, below zero, where no
     * subscriber's key is, the address itself.
     */
    long clientKey(int clientIp) {
        long key = ownerOf(clientIp);
        return key == UNKNOWN ? ~(clientIp & 0xffff_ffffL) : key;
    }

    /** The policy in force. */
    Policy policy() {
        return plans.policy();
    }

    /** The subscriber of an id, or {@link #UNKNOWN}. */
    long keyOf(String id) {
        Long known = keyById.get(id);
        if (known != null || !plans.isImplicit()) {
            return known == null ? UNKNOWN : known;
        }
        OptionalInt ip = Ipv4.parse(id);
        return ip.isPresent() ? keyOf(InternalTuple.DEFAULT_REALM, ip.getAsInt()) : UNKNOWN;
    }

    /** Whether an internal tuple belongs to a subscriber now. */
    boolean isOwn(Subscriber subscriber, InternalTuple internal) {
        return keyOf(internal.realm(), internal.internalIp()) == subscriber.key;
    }

    /** The name that records carry: the configured one, or the dotted address. */
    String id(Subscriber subscriber) {
        return subscriber.id;
    }

    /** The same for a key. */
    String id(long key) {
        Subscriber known = byKey.get(key);
        return known != null
                ? known.id
                : plans.ofKey(key).map(p -> p.plan().id()).orElseGet(() -> Ipv4.format((int) key));
    }

    /** Ids that are named or have something here, in their order, after one of them. */
    List<String> idsAfter(String id, int limit) {
        return Uncounted.stream(keyById.tailMap(id, false).keySet()).limit(limit).toList();
    }

    /** Whether a key stands for a subscriber of the list, rather than for one inside address. */
    boolean isNamed(long key) {
        return key != UNKNOWN && !plans.isImplicit();
    }

    /** A subscriber that has something here. */
    Optional<Subscriber> find(long key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** The same, made when it is new; empty when there are too many. */
    Optional<Subscriber> findOrAdd(long key) {
        Subscriber known = byKey.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        if (byKey.size() == nat.capacity().subscribers()) {
            return Optional.empty();
        }
        Subscriber fresh = new Subscriber(takeIndex(), key, id(key));
        byKey.put(key, fresh);
        keyById.put(fresh.id, key);
        byIndex.set(fresh.index, Optional.of(fresh));
        return Optional.of(fresh);
    }

    /** The subscriber of an index that a shard, or a row of a book, names. */
    Subscriber at(int index) {
        return slot(index).orElseThrow(() -> new AssertionError("a subscriber without a row"));
    }

    /** The same for walks over all. */
    Optional<Subscriber> slot(int index) {
        return byIndex.get(index);
    }

    /** The limits of a subscriber; those of the default profile for nobody in particular. */
    Profile profileOf(long key) {
        return plans.profileOf(key);
    }

    /** How many explicit mappings a subscriber may hold. */
    int quotaOf(long key) {
        return profileOf(key).quota().mappings();
    }

    /** The internal addresses of a subscriber; none when the policy does not know it any more. */
    List<Prefix> prefixesOf(long key) {
        return plans.isImplicit() && key < NAMED
                ? List.of(new Prefix((int) key, 32))
                : plans.ofKey(key).map(p -> p.plan().prefixes()).orElse(List.of());
    }

    /** Indexes in use and free ones between them. */
    int slotCount() {
        return byIndex.size();
    }

    /** Frees the index of a subscriber that has nothing left. */
    void remove(Subscriber subscriber) {
        assert subscriber.isUnused() : "a subscriber was removed that still has something";
        if (byKey.remove(subscriber.key, subscriber)) {
            byIndex.set(subscriber.index, Optional.empty());
            freeIndexes.add(subscriber.index);
            forgetId(subscriber.id);
        }
    }

    int size() {
        return byKey.size();
    }

    /** The key of an id of a policy. */
    private long addId(String id) {
        return keyById.computeIfAbsent(
                id,
                _ -> {
                    OptionalInt ip = Ipv4.parse(id);
                    return ip.isPresent() ? ip.getAsInt() & 0xffff_ffffL : NAMED | ++lastName;
                });
    }

    /** Lets go of an id that neither the policy nor a row needs. */
    private void forgetId(String id) {
        long key = keyById.get(id);
        if (plans.ofKey(key).isEmpty() && !byKey.containsKey(key)) {
            keyById.remove(id);
        }
    }

    private static List<String> changedProfiles(Policy before, Policy after) {
        return after.profiles().values().stream()
                .filter(profile -> {
                    Profile was = before.profiles().get(profile.name());
                    return was != null && !was.equals(profile);
                })
                .map(Profile::name)
                .sorted()
                .toList();
    }

    private int takeIndex() {
        if (!freeIndexes.isEmpty()) {
            return freeIndexes.removeLast();
        }
        byIndex.add(Optional.empty());
        return byIndex.size() - 1;
    }

    private boolean isInside(int internalIp) {
        List<Prefix> inside = nat.inside();
        // By index: this is asked several times for each request, and an iterator is garbage.
        for (int i = 0; i < inside.size(); i++) {
            if (inside.get(i).contains(internalIp)) {
                return true;
            }
        }
        return false;
    }
}
