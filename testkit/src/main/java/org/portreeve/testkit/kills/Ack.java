package org.portreeve.testkit.kills;

import org.portreeve.testkit.pcp.PcpAnswer;

/**
 * One acknowledgement as the record keeps it, a line of text. Immutable.
 *
 * @param askedMillis when it was first asked for, milliseconds since 1970
 * @param millis when it was received, milliseconds since 1970
 * @param internal the mapping's internal tuple as {@code ADDRESS/PROTOCOL/PORT}
 * @param askedSeconds the lifetime that was asked; 0 is a deletion
 * @param result the result code
 * @param grantedSeconds the lifetime in the answer
 * @param epochSeconds the epoch in the answer
 * @param external the external tuple as {@code ADDRESS/PROTOCOL/PORT}
 */
record Ack(
        long askedMillis,
        long millis,
        String internal,
        long askedSeconds,
        int result,
        long grantedSeconds,
        long epochSeconds,
        String external) {
    private static final String KIND = "ack";
    private static final int WORDS = 9;

    static Ack of(
            long askedMillis, long millis, long askedSeconds, String client, PcpAnswer answer) {
        return new Ack(
                askedMillis,
                millis,
                client + "/" + answer.protocol() + "/" + answer.internalPort(),
                askedSeconds,
                answer.result(),
                answer.lifetimeSeconds(),
                answer.epochSeconds(),
                answer.externalAddress() + "/" + answer.protocol() + "/" + answer.externalPort());
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
                Long.parseLong(words[4]),
                Integer.parseInt(words[5]),
                Long.parseLong(words[6]),
                Long.parseLong(words[7]),
                words[8]);
    }

    /** The line of the record, which {@link #parse} reads. */
    String line() {
        return "%s %d %d %s %d %d %d %d %s"
                .formatted(
                        KIND,
                        askedMillis,
                        millis,
                        internal,
                        askedSeconds,
                        result,
                        grantedSeconds,
                        epochSeconds,
                        external);
    }

    boolean isDeletion() {
        return askedSeconds == 0;
    }

    long deadlineMillis() {
        return millis + grantedSeconds * 1000;
    }
}
