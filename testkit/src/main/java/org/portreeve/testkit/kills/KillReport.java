package org.portreeve.testkit.kills;

import java.util.List;
import java.util.Map;

/**
 * What came of a run of kills. Immutable.
 *
 * @param seed runs it again
 * @param kills how often the node was killed, those during its start included
 * @param requests requests sent, repetitions not counted
 * @param wantedPerSecond the rate of requests that was meant
 * @param ratePerSecond the rate up to the kills
 * @param acknowledgements answers in the record
 * @param confirmed how many times a live lease was asked for again after a restart
 * @param deletionsConfirmed how many deleted mappings were asked for with another nonce after one
 * @param listed how many times a lease was compared with what the node lists after a restart
 * @param filtersListed how many of those had filters
 * @param namedPeersListed how many of them were PEERs with a name
 * @param setsListed how many of them were sets of ports
 * @param insistedGranted how many requests got the very port that they insisted on
 * @param refusals refused requests by result code
 * @param packets what hosts on the Internet tried after restarts
 * @param violations broken promises, one sentence each
 */
public record KillReport(
        long seed,
        int kills,
        long requests,
        long wantedPerSecond,
        long ratePerSecond,
        int acknowledgements,
        int confirmed,
        int deletionsConfirmed,
        int listed,
        int filtersListed,
        int namedPeersListed,
        int setsListed,
        int insistedGranted,
        Map<Integer, Integer> refusals,
        Packets packets,
        List<String> violations) {

    /**
     * Packets after restarts. Immutable.
     *
     * @param sent datagrams from the Internet that had to arrive at a subscriber
     * @param lost those of them that did not
     * @param keptOut datagrams that a filter, or a deletion, had to keep out
     * @param gotIn those of them that arrived
     * @param spoken datagrams of subscribers to the remote peers of their PEERs
     * @param disguised those of them that did not come by the promised external tuple
     */
    public record Packets(int sent, int lost, int keptOut, int gotIn, int spoken, int disguised) {
        private boolean isClean() {
            boolean isMeant = sent > 0 && keptOut > 0 && spoken > 0;
            return isMeant && lost == 0 && gotIn == 0 && disguised == 0;
        }
    }

    /** Whether every promise was kept, under two thirds at least of the load that was meant. */
    public boolean isClean() {
        boolean isMeant =
                3 * ratePerSecond >= 2 * wantedPerSecond
                        && confirmed > 0
                        && deletionsConfirmed > 0
                        && filtersListed > 0
                        && namedPeersListed > 0
                        && setsListed > 0
                        && insistedGranted > 0;
        return isMeant && violations.isEmpty() && packets.isClean();
    }

    /** The report in lines for a person. */
    public String text() {
        return """
        seed                                              %d
        kills                                             %d
        MAP and PEER requests                             %d
        rate up to the kills, and the one meant           %d/s, %d/s
        acknowledgements recorded                         %d
        leases confirmed after restarts                   %d
        deletions confirmed after restarts                %d
        leases compared with the listing after restarts   %d
        of these with filters                             %d
        of these PEERs with a name                        %d
        of these sets of ports                            %d
        granted the port they insisted on                 %d
        refusals by result code                           %s
        packets that must arrive, sent / lost             %d / %d
        packets to be kept out, sent / arrived            %d / %d
        packets by PEERs, sent / from another tuple       %d / %d
        broken promises                                   %d
        %s\
        """
                .formatted(
                        seed,
                        kills,
                        requests,
                        ratePerSecond,
                        wantedPerSecond,
                        acknowledgements,
                        confirmed,
                        deletionsConfirmed,
                        listed,
                        filtersListed,
                        namedPeersListed,
                        setsListed,
                        insistedGranted,
                        refusals,
                        packets.sent(),
                        packets.lost(),
                        packets.keptOut(),
                        packets.gotIn(),
                        packets.spoken(),
                        packets.disguised(),
                        violations.size(),
                        String.join("\n", violations));
    }
}
