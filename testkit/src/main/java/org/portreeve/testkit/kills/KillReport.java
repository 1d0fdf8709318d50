package org.portreeve.testkit.kills;

import java.util.List;
import java.util.Map;

/**
 * What came of a run of kills. Immutable.
 *
 * @param seed runs it again
 * @param kills how often the node was killed, those during its start included
 * @param requests MAP requests sent, repetitions not counted
 * @param ratePerSecond the rate of requests up to the kills
 * @param acknowledgements answers in the record
 * @param confirmed how many times a live lease was asked for again after a restart
 * @param refusals refused requests by result code
 * @param packetsSent datagrams sent from the Internet to acknowledged mappings after restarts
 * @param packetsLost those of them that did not arrive at the subscriber
 * @param violations broken promises, one sentence each
 */
public record KillReport(
        long seed,
        int kills,
        long requests,
        long ratePerSecond,
        int acknowledgements,
        int confirmed,
        Map<Integer, Integer> refusals,
        int packetsSent,
        int packetsLost,
        List<String> violations) {

    /** The load under which a promise means something. */
    public static final long LEAST_PER_SECOND = 2_000;

    /** Whether every promise was kept, under the load that was meant. */
    public boolean isClean() {
        boolean isMeant = ratePerSecond >= LEAST_PER_SECOND && confirmed > 0 && packetsSent > 0;
        return isMeant && violations.isEmpty() && packetsLost == 0;
    }

    /** The report in lines for a person. */
    public String text() {
        return """
        seed                                   %d
        kills                                  %d
        MAP requests                           %d
        rate up to the kills                   %d/s
        acknowledgements recorded              %d
        leases confirmed after restarts        %d
        refusals by result code                %s
        packets to mappings, sent / lost       %d / %d
        broken promises                        %d
        %s\
        """
                .formatted(
                        seed,
                        kills,
                        requests,
                        ratePerSecond,
                        acknowledgements,
                        confirmed,
                        refusals,
                        packetsSent,
                        packetsLost,
                        violations.size(),
                        String.join("\n", violations));
    }
}
