package org.portreeve.testkit.kills;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.portreeve.testkit.pcp.PcpOptions;

/**
 * One FILTER of RFC 6887 §13.3 that the load may ask for: some of the hosts that try to come in, or
 * a port they do not use. Immutable.
 *
 * @param host the last octet of the first host
 * @param length how many of the 32 bits count
 * @param port the peers' port, 0 for every one
 */
record Filter(int host, int length, int port) {
    /** All that the load asks for: more than one mapping may have at a time. */
    static final List<Filter> CHOICES = choices();

    private static final Map<String, Filter> BY_TEXT =
            CHOICES.stream().collect(Collectors.toMap(Filter::toString, Function.identity()));

    private static List<Filter> choices() {
        List<Filter> choices = new ArrayList<>();
        for (int port : new int[] {0, Probes.PORT, Probes.PORT + 1}) {
            for (int i = 0; i < Probes.STRANGERS; i++) {
                choices.add(new Filter(Probes.FIRST_STRANGER + i, 32, port));
            }
            for (int i = 0; i < Probes.STRANGERS; i += 2) {
                choices.add(new Filter(Probes.FIRST_STRANGER + i, 31, port));
            }
        }
        return List.copyOf(choices);
    }

    static Filter parse(String text) {
        if (!BY_TEXT.containsKey(text)) {
            throw new IllegalArgumentException("nobody asked for the filter " + text);
        }
        return BY_TEXT.get(text);
    }

    /** Whether it lets a host in that sends from {@link Probes#PORT}. */
    boolean admits(int otherHost) {
        int unused = 32 - length;
        return otherHost >>> unused == host >>> unused && (port == 0 || port == Probes.PORT);
    }

    byte[] option() {
        return PcpOptions.filter(Probes.address(host), length, port);
    }

    /** As the node lists it. */
    @Override
    public String toString() {
        String prefix = Probes.address(host) + "/" + length;
        return port == 0 ? prefix : prefix + ":" + port;
    }
}
