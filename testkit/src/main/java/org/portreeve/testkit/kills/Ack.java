package org.portreeve.testkit.kills;

import java.util.List;
import java.util.stream.IntStream;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpOptions;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * One acknowledgement as the record keeps it, a line of text. Immutable.
 *
 * @param askedMillis when it was first asked for, milliseconds since 1970
 * @param millis when it was received, milliseconds since 1970
 * @param internal the mapping's internal tuple as {@code ADDRESS/PROTOCOL/PORT}
 * @param wish what was asked
 * @param result the result code
 * @param grantedSeconds the lifetime in the answer
 * @param epochSeconds the epoch in the answer
 * @param external the external tuple as {@code ADDRESS/PROTOCOL/PORT}, of a set its first
 * @param portCount how many ports it has, external and internal ones
 */
record Ack(
        long askedMillis,
        long millis,
        String internal,
        Wish wish,
        int result,
        long grantedSeconds,
        long epochSeconds,
        String external,
        int portCount) {
    private static final int MAP = 1;
    private static final String KIND = "ack";
    private static final int WORDS = 9 + Wish.WORDS;

    /** One about one port. */
    Ack(
            long askedMillis,
            long millis,
            String internal,
            Wish wish,
            int result,
            long grantedSeconds,
            long epochSeconds,
            String external) {
        this(
                askedMillis,
                millis,
                internal,
                wish,
                result,
                grantedSeconds,
                epochSeconds,
                external,
                1);
    }

    static Ack of(long askedMillis, long millis, Wish wish, String client, byte[] datagram) {
        PcpAnswer answer = PcpAnswer.of(datagram);
        boolean isMap = answer.opcode() == MAP;
        return new Ack(
                askedMillis,
                millis,
                client + "/" + answer.protocol() + "/" + answer.internalPort(),
                wish,
                answer.result(),
                answer.lifetimeSeconds(),
                answer.epochSeconds(),
                answer.externalAddress() + "/" + answer.protocol() + "/" + answer.externalPort(),
                isMap ? PcpOptions.portCount(datagram) : 1);
    }

    /** Whether this line of the record is an acknowledgement. */
    static boolean isAck(String line) {
        return line.startsWith(KIND + " ");
    }

    static Ack parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != WORDS) {
            throw new IllegalArgumentException("not an acknowledgement: " + line);
        }
        return new Ack(
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                words[3],
                Wish.parse(words[4], words[5], words[6], words[7]),
                Integer.parseInt(words[8]),
                Long.parseLong(words[9]),
                Long.parseLong(words[10]),
                words[11],
                Integer.parseInt(words[12]));
    }

    /** The line of the record, which {@link #parse} reads. */
    String line() {
        return "%s %d %d %s %s %d %d %d %s %d"
                .formatted(
                        KIND,
                        askedMillis,
                        millis,
                        internal,
                        wish.words(),
                        result,
                        grantedSeconds,
                        epochSeconds,
                        external,
                        portCount);
    }

    /** Whether this is of a UDP mapping with this internal port. */
    boolean isUdp(int internalPort) {
        return internal.endsWith("/" + PcpRequests.UDP + "/" + internalPort);
    }

    /** All its external tuples. */
    List<String> externals() {
        if (portCount == 1) {
            return List.of(external);
        }
        int at = external.lastIndexOf('/') + 1;
        int first = Integer.parseInt(external.substring(at));
        return IntStream.range(first, first + portCount)
                .mapToObj(port -> external.substring(0, at) + port)
                .toList();
    }

    /** The internal address. */
    String client() {
        return internal.substring(0, internal.indexOf('/'));
    }

    long deadlineMillis() {
        return millis + grantedSeconds * 1000;
    }
}
