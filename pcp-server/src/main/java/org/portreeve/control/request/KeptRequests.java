package org.portreeve.control.request;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.portreeve.control.request.RequestEntry.Asked;
import org.portreeve.control.request.RequestEntry.Told;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.nat.InternalTuple;

/**
 * The last requests of one subscriber, as numbers in one array: objects that live as long as these
 * would be copied by each collection, and there are a hundred thousand. Event loop only.
 */
final class KeptRequests {
    private static final int UNDECIDED = 0;
    private static final int MAPPING = 1;
    private static final int SESSION = 2;

    private static final int REFUSED = 0;
    private static final int GRANTED = 1;
    private static final int DELETED = 2;

    // What the words of a request are.
    private static final int WALL_MILLIS = 0;
    private static final int CLIENT = 1;
    private static final int ASKED_KIND = 2;
    private static final int ASKED_TUPLE = 3;
    private static final int ASKED_REMOTE = 4;
    private static final int ASKED_SECONDS = 5;
    private static final int TOLD_KIND = 6;
    private static final int TOLD_EXTERNAL = 7;
    private static final int TOLD_SECONDS = 8;
    private static final int WORDS = 9;

    private final long[] words;
    private final MappingOrigin[] protocols;

    /** Sentences, where there was a refusal; they are the same few for almost all. */
    private final Told.Refused[] refusals;

    private int count;
    private int next;

    /** None yet, and so many at most. */
    KeptRequests(int most) {
        words = new long[most * WORDS];
        protocols = new MappingOrigin[most];
        refusals = new Told.Refused[most];
    }

    /** Keeps one, in the place of the oldest when there are too many. */
    void add(RequestEntry entry) {
        int base = next * WORDS;
        Arrays.fill(words, base, base + WORDS, 0);
        refusals[next] = null;
        words[base + WALL_MILLIS] = entry.wallMillis();
        words[base + CLIENT] = entry.clientIp();
        protocols[next] = entry.protocol();
        write(base, entry.asked());
        write(base, entry.told());
        next = (next + 1) % refusals.length;
        count = Math.min(count + 1, refusals.length);
    }

    private void write(int base, Asked asked) {
        switch (asked) {
            case Asked.Mapping(InternalTuple internal, int port, long seconds, int portCount) -> {
                words[base + ASKED_KIND] = pair(MAPPING, internal.realm());
                words[base + ASKED_TUPLE] = tuple(internal);
                words[base + ASKED_REMOTE] = pair(portCount, port);
                words[base + ASKED_SECONDS] = seconds;
            }
            case Asked.Session(InternalTuple internal, int remoteIp, int port, long seconds) -> {
                words[base + ASKED_KIND] = pair(SESSION, internal.realm());
                words[base + ASKED_TUPLE] = tuple(internal);
                words[base + ASKED_REMOTE] = pair(remoteIp, port);
                words[base + ASKED_SECONDS] = seconds;
            }
            case Asked.Undecided _ -> words[base + ASKED_KIND] = pair(UNDECIDED, 0);
        }
    }

    private void write(int base, Told told) {
        switch (told) {
            case Told.Granted(int ip, int port, long seconds, int portCount) -> {
                words[base + TOLD_KIND] = pair(GRANTED, portCount);
                words[base + TOLD_EXTERNAL] = pair(ip, port);
                words[base + TOLD_SECONDS] = seconds;
            }
            case Told.Deleted(long seconds) -> {
                words[base + TOLD_KIND] = pair(DELETED, 0);
                words[base + TOLD_SECONDS] = seconds;
            }
            case Told.Refused refused -> {
                words[base + TOLD_KIND] = pair(REFUSED, 0);
                refusals[next] = refused;
            }
        }
    }

    /** Keeps none. */
    void clear() {
        count = 0;
    }

    /** What is kept, the last one first. */
    List<RequestEntry> latestFirst() {
        List<RequestEntry> entries = new ArrayList<>();
        for (int age = 1; age <= count; age++) {
            entries.add(read(Math.floorMod(next - age, refusals.length)));
        }
        return List.copyOf(entries);
    }

    private RequestEntry read(int place) {
        int base = place * WORDS;
        return new RequestEntry(
                words[base + WALL_MILLIS],
                protocols[place],
                low(words[base + CLIENT]),
                asked(base),
                told(base, refusals[place]));
    }

    private Asked asked(int base) {
        int remote = high(words[base + ASKED_REMOTE]);
        int port = low(words[base + ASKED_REMOTE]);
        long seconds = words[base + ASKED_SECONDS];
        return switch (high(words[base + ASKED_KIND])) {
            case MAPPING -> new Asked.Mapping(internal(base), port, seconds, remote);
            case SESSION -> new Asked.Session(internal(base), remote, port, seconds);
            default -> new Asked.Undecided();
        };
    }

    private Told told(int base, Told.Refused refused) {
        long external = words[base + TOLD_EXTERNAL];
        long seconds = words[base + TOLD_SECONDS];
        int portCount = low(words[base + TOLD_KIND]);
        return switch (high(words[base + TOLD_KIND])) {
            case GRANTED -> new Told.Granted(high(external), low(external), seconds, portCount);
            case DELETED -> new Told.Deleted(seconds);
            default -> refused;
        };
    }

    /** A protocol number has 8 bits and a port 16. */
    private static long tuple(InternalTuple internal) {
        return pair(internal.internalIp(), (internal.protocol() << 16) | internal.internalPort());
    }

    private InternalTuple internal(int base) {
        int realm = low(words[base + ASKED_KIND]);
        int protocolAndPort = low(words[base + ASKED_TUPLE]);
        return new InternalTuple(
                realm,
                protocolAndPort >>> 16,
                high(words[base + ASKED_TUPLE]),
                protocolAndPort & 0xffff);
    }

    private static long pair(int high, int low) {
        return ((long) high << 32) | (low & 0xffff_ffffL);
    }

    private static int high(long pair) {
        return (int) (pair >>> 32);
    }

    private static int low(long pair) {
        return (int) pair;
    }
}
