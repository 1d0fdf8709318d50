package org.portreeve.testkit.kills;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * A mapping as the node lists it to staff. Immutable.
 *
 * @param internal the internal tuple as {@code ADDRESS/PROTOCOL/PORT}
 * @param external the external tuple in the same form
 * @param description what it is called
 * @param earliestEndMillis when it ends by what is left of it, milliseconds since 1970, not before
 * @param latestEndMillis the same, not after: the node takes a while to answer
 * @param portCount how many ports it has
 * @param filters whom its owner lets in, each as the node words it
 */
record Listed(
        String internal,
        String external,
        String description,
        long earliestEndMillis,
        long latestEndMillis,
        int portCount,
        Set<String> filters) {
    private static final int PAGE_SIZE = 1_000;

    /** An object of the listing; its members come in this order. */
    private static final Pattern MAPPING =
            Pattern.compile(
                    """
                    \\{"protocol":"(?<protocol>\\w+)",\
                    "internalAddress":"(?<internal>[0-9.]+)","internalPort":(?<internalPort>\\d+),\
                    "externalAddress":"(?<external>[0-9.]+)","externalPort":(?<externalPort>\\d+),\
                    "subscriber":"[^"]*","origin":"[^"]*","description":"(?<description>[^"]*)",\
                    "remainingSeconds":(?<remaining>\\d+)\
                    (?:,"portCount":(?<ports>\\d+))?\
                    (?:,"filters":\\[(?<filters>[^]]*)])?\
                    """);

    /** Everything that a node of this lab lists, through its control socket. */
    static List<Listed> all(Lab lab, Path socket, InstantSource wall) {
        List<Listed> all = new ArrayList<>();
        int before;
        do {
            before = all.size();
            long askedMillis = wall.millis();
            String page =
                    lab.run(
                                    Namespace.CGN,
                                    "curl",
                                    "-sS",
                                    "--unix-socket",
                                    socket.toString(),
                                    "http://localhost/api/v1/mappings?limit=%d&offset=%d"
                                            .formatted(PAGE_SIZE, before))
                            .orThrow()
                            .output();
            long readMillis = wall.millis();
            MAPPING.matcher(page)
                    .results()
                    .map(row -> of(row, askedMillis, readMillis))
                    .forEach(all::add);
        } while (all.size() - before == PAGE_SIZE);
        return all;
    }

    /** Whether it ends then, give or take so much. */
    boolean endsAt(long endMillis, long toleranceMillis) {
        return earliestEndMillis - toleranceMillis <= endMillis
                && endMillis <= latestEndMillis + toleranceMillis;
    }

    private static Listed of(MatchResult row, long askedMillis, long readMillis) {
        int protocol = row.group("protocol").equals("tcp") ? PcpRequests.TCP : PcpRequests.UDP;
        String filters = row.group("filters");
        String ports = row.group("ports");
        long remainingMillis = Long.parseLong(row.group("remaining")) * 1000;
        return new Listed(
                row.group("internal") + "/" + protocol + "/" + row.group("internalPort"),
                row.group("external") + "/" + protocol + "/" + row.group("externalPort"),
                row.group("description"),
                askedMillis + remainingMillis,
                readMillis + remainingMillis,
                ports == null ? 1 : Integer.parseInt(ports),
                filters == null
                        ? Set.of()
                        : Arrays.stream(filters.split(",", -1))
                                .map(filter -> filter.replace("\"", ""))
                                .collect(Collectors.toUnmodifiableSet()));
    }
}
