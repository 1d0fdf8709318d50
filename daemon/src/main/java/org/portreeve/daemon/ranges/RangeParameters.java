package org.portreeve.daemon.ranges;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.port.DeterministicRanges;

/**
 * All that decides who has which range of a deterministic pool (RFC 7422 §2). The algorithm is
 * number 0, sequential, always. Immutable.
 *
 * @param inside the internal addresses (I), in their order
 * @param addresses the external addresses (O), in their order
 * @param ports usable ports; all others are reserved (R)
 * @param incoming ports that no range has, or {@link Pool#NO_PORTS}
 * @param excluded ports inside ranges that nobody gets
 * @param compression internal addresses for each external one (C)
 * @param dynamicFactor shares of the ports that are left for blocks (D)
 * @param rangePorts ports of a range
 */
public record RangeParameters(
        List<Prefix> inside,
        List<Integer> addresses,
        PortRange ports,
        PortRange incoming,
        List<PortRange> excluded,
        int compression,
        int dynamicFactor,
        int rangePorts) {
    private static final String NONE = "none";

    /** Takes copies of the lists. */
    public RangeParameters {
        inside = List.copyOf(inside);
        addresses = List.copyOf(addresses);
        excluded = List.copyOf(excluded);
    }

    /** Those of a configuration; empty when its pool has no ranges. */
    public static Optional<RangeParameters> of(NatConfig config) {
        Pool pool = config.pool();
        return switch (pool.allocation()) {
            case Allocation.Blocks _, Allocation.Dynamic _ -> Optional.empty();
            case Allocation.Deterministic given ->
                    Optional.of(
                            new RangeParameters(
                                    config.inside(),
                                    pool.addresses(),
                                    pool.ports(),
                                    pool.incomingPorts(),
                                    pool.excludedPorts(),
                                    given.compression(),
                                    given.dynamicFactor(),
                                    new DeterministicRanges(config.inside(), pool).rangePorts()));
        };
    }

    /** The computation that they make. */
    public DeterministicRanges ranges() {
        var allocation = new Allocation.Deterministic(compression, dynamicFactor, rangePorts);
        var block = new Pool.Block(1, 1, 1);
        Pool pool = Pool.of(addresses, ports, incoming, block).with(allocation);
        return new DeterministicRanges(inside, pool);
    }

    /** As a record has them. */
    JsonObject toJson() {
        return new JsonObject()
                .put("inside", new JsonArray(inside.stream().map(Prefix::toString).toList()))
                .put("addresses", new JsonArray(runs()))
                .put("ports", ports.toString())
                .put("incoming", incoming.equals(Pool.NO_PORTS) ? NONE : incoming.toString())
                .put("excluded", new JsonArray(excluded.stream().map(PortRange::toString).toList()))
                .put("compression", compression)
                .put("dynamicFactor", dynamicFactor)
                .put("rangePorts", rangePorts)
                .put("algorithm", 0);
    }

    /** Addresses that follow each other as one text. */
    private List<String> runs() {
        List<String> runs = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= addresses.size(); i++) {
            if (i == addresses.size() || addresses.get(i) != addresses.get(i - 1) + 1) {
                runs.add(
                        Ipv4.format(addresses.get(from)) + "-" + Ipv4.format(addresses.get(i - 1)));
                from = i;
            }
        }
        return runs;
    }

    /** Those that a record has; throws a runtime exception when they are none. */
    static RangeParameters of(JsonObject json) {
        List<Integer> addresses =
                texts(json, "addresses").stream()
                        .map(run -> run.split("-", -1))
                        .flatMap(ends ->
                                IntStream.rangeClosed(Ipv4.of(ends[0]), Ipv4.of(ends[1])).boxed())
                        .toList();
        String incoming = json.getString("incoming");
        return new RangeParameters(
                texts(json, "inside").stream().map(Prefix::of).toList(),
                addresses,
                PortRange.parse(json.getString("ports")).orElseThrow(),
                incoming.equals(NONE) ? Pool.NO_PORTS : PortRange.parse(incoming).orElseThrow(),
                texts(json, "excluded").stream()
                        .map(text -> PortRange.parse(text).orElseThrow())
                        .toList(),
                json.getInteger("compression"),
                json.getInteger("dynamicFactor"),
                json.getInteger("rangePorts"));
    }

    private static List<String> texts(JsonObject json, String name) {
        return json.getJsonArray(name).stream().map(Object::toString).toList();
    }
}
