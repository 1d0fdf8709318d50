package org.portreeve.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.portreeve.control.ControlConfig.SubscriberPlan;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.NatConfig;
import org.portreeve.nat.Prefix;

/**
 * Who is a subscriber, and the dense indexes of those that have something on this node. Event loop
 * only.
 */
final class Subscribers {
    /** The key of an address that belongs to nobody. */
    static final long UNKNOWN = -1;

    /** Marks keys that are positions in the list of named subscribers. */
    private static final long NAMED = 1L << 32;

    private final NatConfig nat;
    private final List<SubscriberPlan> plans;
    private final List<Map<Integer, Integer>> planByNetwork = new ArrayList<>();
    private final Map<String, Integer> planById = new HashMap<>();
    private final Map<Long, Subscriber> byKey = new HashMap<>();
    private final List<Optional<Subscriber>> byIndex = new ArrayList<>();
    private final List<Integer> freeIndexes = new ArrayList<>();

    Subscribers(ControlConfig config) {
        nat = config.nat();
        plans = config.subscribers();
        for (int length = 0; length <= 32; length++) {
            planByNetwork.add(new HashMap<>());
        }
        for (int plan = 0; plan < plans.size(); plan++) {
            planById.put(plans.get(plan).id(), plan);
            for (Prefix prefix : plans.get(plan).prefixes()) {
                planByNetwork.get(prefix.length()).put(prefix.network(), plan);
            }
        }
    }

    /** The subscriber that an internal address belongs to, or {@link #UNKNOWN}. */
    long keyOf(int realm, int internalIp) {
        if (realm != InternalTuple.DEFAULT_REALM || !isInside(internalIp)) {
            return UNKNOWN;
        }
        return plans.isEmpty() ? internalIp & 0xffff_ffffL : planOf(internalIp);
    }

    /** The subscriber of an id that a journal kept, or {@link #UNKNOWN}: it was removed since. */
    long keyOf(String id) {
        if (!plans.isEmpty()) {
            return planById.containsKey(id) ? NAMED | planById.get(id) : UNKNOWN;
        }
        OptionalInt ip = Ipv4.parse(id);
        return ip.isPresent() ? keyOf(InternalTuple.DEFAULT_REALM, ip.getAsInt()) : UNKNOWN;
    }

    /** The name that records carry: the configured one, or the dotted address. */
    String id(Subscriber subscriber) {
        return plans.isEmpty()
                ? Ipv4.format((int) subscriber.key)
                : plans.get((int) subscriber.key).id();
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
        Subscriber fresh = new Subscriber(takeIndex(), key);
        byKey.put(key, fresh);
        byIndex.set(fresh.index, Optional.of(fresh));
        return Optional.of(fresh);
    }

    /** The subscriber of an index that a shard named. */
    Subscriber at(int index) {
        return slot(index).orElseThrow(() -> new AssertionError("a subscriber without a row"));
    }

    /** The same for walks over all. */
    Optional<Subscriber> slot(int index) {
        return byIndex.get(index);
    }

    /** How many explicit mappings a subscriber may hold. */
    int quotaOf(long key) {
        return plans.isEmpty() ? nat.quota().mappings() : plans.get((int) key).mappings();
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
        }
    }

    int size() {
        return byKey.size();
    }

    private int takeIndex() {
        if (!freeIndexes.isEmpty()) {
            return freeIndexes.removeLast();
        }
        byIndex.add(Optional.empty());
        return byIndex.size() - 1;
    }

    private boolean isInside(int internalIp) {
        for (Prefix prefix : nat.inside()) {
            if (prefix.contains(internalIp)) {
                return true;
            }
        }
        return false;
    }

    private long planOf(int internalIp) {
        for (int length = 32; length >= 0; length--) {
            Map<Integer, Integer> plansHere = planByNetwork.get(length);
            if (!plansHere.isEmpty()) {
                int network = length == 0 ? 0 : internalIp & -1 << (32 - length);
                Integer plan = plansHere.get(network);
                if (plan != null) {
                    return NAMED | plan;
                }
            }
        }
        return UNKNOWN;
    }
}
