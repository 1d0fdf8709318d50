package org.portreeve.testkit.kills;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.portreeve.testkit.pcp.PcpOptions;

/**
 * What one request wants of its mapping. Immutable.
 *
 * @param lifetimeSeconds the lifetime that is asked; 0 is a deletion
 * @param removesFilters whether the filters that there are go
 * @param added the filters that are there afterwards, too
 * @param description what it is to be called; {@link #AS_IS} to say nothing of that
 * @param insistedPort the one external port that will do, by PREFER_FAILURE; 0 for any
 */
record Wish(
        long lifetimeSeconds,
        boolean removesFilters,
        List<Filter> added,
        String description,
        int insistedPort) {
    /** The description of a request that has none. */
    static final String AS_IS = "*";

    /** How many words it is in the record. */
    static final int WORDS = 4;

    private static final String REMOVES = "!";
    private static final int FILTERED_PERCENT = 25;
    private static final int SET_PERCENT = 60;
    private static final int ERASED_PERCENT = 20;
    private static final int DESCRIBED_PERCENT = 15;
    private static final int MAX_ADDED = 4;
    private static final int NAMES = 1_000;

    /** Takes a copy of the list. */
    Wish {
        added = List.copyOf(added);
    }

    /** With any external port. */
    Wish(long lifetimeSeconds, boolean removesFilters, List<Filter> added, String description) {
        this(lifetimeSeconds, removesFilters, added, description, 0);
    }

    /** The same, and that external port alone. */
    Wish insistingOn(int port) {
        return new Wish(lifetimeSeconds, removesFilters, added, description, port);
    }

    /** Without options. */
    static Wish lifetime(long seconds) {
        return new Wish(seconds, false, List.of(), AS_IS);
    }

    /** With the options that chance gives it, which may be none. */
    static Wish random(RandomGenerator random, long lifetimeSeconds) {
        String description = someDescription(random);
        if (random.nextInt(100) >= FILTERED_PERCENT) {
            return new Wish(lifetimeSeconds, false, List.of(), description);
        }
        int kind = random.nextInt(100);
        if (kind < ERASED_PERCENT) {
            return new Wish(lifetimeSeconds, true, List.of(), description);
        }
        boolean removes = kind < ERASED_PERCENT + SET_PERCENT;
        return new Wish(lifetimeSeconds, removes, someFilters(random), description);
    }

    /** Of a PEER, which has no other options than a name. */
    static Wish randomPeer(RandomGenerator random, long lifetimeSeconds) {
        return new Wish(lifetimeSeconds, false, List.of(), someDescription(random));
    }

    private static String someDescription(RandomGenerator random) {
        if (random.nextInt(100) >= DESCRIBED_PERCENT) {
            return AS_IS;
        }
        return random.nextInt(4) == 0 ? "" : "name-" + random.nextInt(NAMES);
    }

    private static List<Filter> someFilters(RandomGenerator random) {
        Set<Filter> some = new LinkedHashSet<>();
        int count = 1 + random.nextInt(MAX_ADDED);
        for (int i = 0; i < count; i++) {
            some.add(Filter.CHOICES.get(random.nextInt(Filter.CHOICES.size())));
        }
        return List.copyOf(some);
    }

    boolean isDeletion() {
        return lifetimeSeconds == 0;
    }

    /** The options of the request, in order. */
    byte[][] options() {
        List<byte[]> options = new ArrayList<>();
        if (insistedPort != 0) {
            options.add(PcpOptions.preferFailure());
        }
        if (removesFilters) {
            options.add(PcpOptions.noFilters());
        }
        added.forEach(filter -> options.add(filter.option()));
        if (!description.equals(AS_IS)) {
            options.add(PcpOptions.description(description));
        }
        return options.toArray(byte[][]::new);
    }

    /** The filters that its mapping has once it was granted. */
    Set<Filter> filtersAfter(Set<Filter> before) {
        Stream<Filter> kept = removesFilters ? Stream.of() : before.stream();
        return Stream.concat(kept, added.stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** What its mapping is called once it was granted. */
    String descriptionAfter(String before) {
        return description.equals(AS_IS) ? before : description;
    }

    /** As the record has it. */
    String words() {
        String filters = added.stream().map(Filter::toString).collect(Collectors.joining(","));
        return lifetimeSeconds
                + " "
                + (removesFilters ? REMOVES : "+")
                + filters
                + " "
                + description
                + " "
                + insistedPort;
    }

    static Wish parse(String lifetime, String filters, String description, String insistedPort) {
        String list = filters.substring(1);
        return new Wish(
                Long.parseLong(lifetime),
                filters.startsWith(REMOVES),
                list.isEmpty()
                        ? List.of()
                        : Arrays.stream(list.split(",", -1)).map(Filter::parse).toList(),
                description,
                Integer.parseInt(insistedPort));
    }
}
