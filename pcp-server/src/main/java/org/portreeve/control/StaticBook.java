package org.portreeve.control;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.portreeve.nat.InternalTuple;

/**
 * All reservations of this node, in force or waiting: by id, by internal and by external tuple.
 * Bounded by {@link StaticMappings#MAX_RESERVATIONS}. Event loop only.
 */
final class StaticBook {
    private final TreeMap<Long, StaticMapping> byId = new TreeMap<>();
    private final Map<InternalTuple, StaticMapping> byInternal = new HashMap<>();
    private final TreeMap<Long, StaticMapping> byOrder = new TreeMap<>();
    private final Map<Long, StaticMapping> byExternal = new HashMap<>();

    /** By subscriber, to know where one belongs. */
    private final Map<Long, TreeMap<Long, StaticMapping>> bySubscriber = new HashMap<>();

    void add(StaticMapping mapping) {
        StaticMapping before = byInternal.put(mapping.internal(), mapping);
        StaticMapping other = byExternal.put(externalKey(mapping), mapping);
        assert before == null : "an internal tuple got two reservations";
        assert other == null : "an external tuple got two reservations";
        byOrder.put(LeaseBook.order(mapping.internal()), mapping);
        byId.put(mapping.reservation().id(), mapping);
        bySubscriber
                .computeIfAbsent(mapping.subscriberKey, _ -> new TreeMap<>())
                .put(mapping.reservation().id(), mapping);
    }

    void remove(StaticMapping mapping) {
        byId.remove(mapping.reservation().id());
        byInternal.remove(mapping.internal());
        byOrder.remove(LeaseBook.order(mapping.internal()));
        byExternal.remove(externalKey(mapping));
        bySubscriber.computeIfPresent(
                mapping.subscriberKey,
                (_, mappings) -> {
                    mappings.remove(mapping.reservation().id());
                    return mappings.isEmpty() ? null : mappings;
                });
    }

    Optional<StaticMapping> find(long id) {
        return Optional.ofNullable(byId.get(id));
    }

    Optional<StaticMapping> find(InternalTuple internal) {
        return Optional.ofNullable(byInternal.get(internal));
    }

    Optional<StaticMapping> findExternal(int protocol, int externalIp, int externalPort) {
        return Optional.ofNullable(byExternal.get(key(protocol, externalIp, externalPort)));
    }

    /** The external address of a subscriber's oldest reservation. */
    OptionalInt externalIpOf(long subscriberKey) {
        TreeMap<Long, StaticMapping> mappings = bySubscriber.get(subscriberKey);
        return mappings == null
                ? OptionalInt.empty()
                : OptionalInt.of(mappings.firstEntry().getValue().reservation().externalIp());
    }

    /** Those in force after one place in {@link LeaseBook#order}, up to another. */
    Stream<StaticMapping> inForce(long afterOrder, long lastOrder, int limit) {
        return Uncounted.stream(byOrder.subMap(afterOrder, false, lastOrder, true).values())
                .filter(StaticMapping::isInForce)
                .limit(limit);
    }

    /** How many of a subscriber are in force. */
    int inForce(long subscriberKey) {
        TreeMap<Long, StaticMapping> mappings = bySubscriber.get(subscriberKey);
        return mappings == null
                ? 0
                : (int) mappings.values().stream().filter(StaticMapping::isInForce).count();
    }

    /** Those after an id, by id. */
    List<StaticMapping> after(long id, int limit) {
        return Uncounted.stream(byId.tailMap(id, false).values()).limit(limit).toList();
    }

    /** All, by id. */
    Collection<StaticMapping> all() {
        return byId.values();
    }

    int size() {
        return byId.size();
    }

    private static long externalKey(StaticMapping mapping) {
        return key(
                mapping.internal().protocol(),
                mapping.reservation().externalIp(),
                mapping.reservation().externalPort());
    }

    private static long key(int protocol, int externalIp, int externalPort) {
        return (long) protocol << 48 | (externalIp & 0xffff_ffffL) << 16 | externalPort;
    }
}
