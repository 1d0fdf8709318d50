package org.portreeve.control.journal;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.portreeve.control.Description;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/** Records of all types over few keys, so that they replace and remove each other. One thread. */
final class RandomRecords {
    private static final int KEYS = 40;
    private static final int TYPES = 20;

    private final SplittableRandom random;
    private long wallMillis = 1_700_000_000_000L;

    RandomRecords(SplittableRandom random) {
        this.random = random;
    }

    JournalRecord next() {
        return switch (random.nextInt(TYPES + 4)) {
            case 0 -> new JournalRecord.LeaseEnded(internal());
            case 1 -> hold();
            case 2 -> new JournalRecord.HoldEnded(protocol(), ip(), port());
            case 3 -> new JournalRecord.Paired(subscriber(), ip());
            case 4 -> new JournalRecord.Unpaired(subscriber());
            case 5 -> new JournalRecord.BlockLeased(subscriber(), ip(), port(), 512);
            case 6 -> new JournalRecord.BlockReleased(ip(), port());
            case 7 -> new JournalRecord.EpochStarted(random.nextLong());
            case 8 -> new JournalRecord.TimeMark(wallMillis += random.nextInt(1000));
            case 9 -> new JournalRecord.AddressDrained(ip(), random.nextInt(1_000), wallMillis);
            case 10 -> new JournalRecord.DrainEnded(ip());
            case 11 -> rested();
            case 12 -> new JournalRecord.SubscriberDrained(subscriber(), wallMillis);
            case 13 -> new JournalRecord.SubscriberDrainEnded(subscriber());
            case 14 -> peer();
            case 15 -> new JournalRecord.PeerEnded(internal(), ip(), port());
            case 16 -> new JournalRecord.ClientEpochStarted(ip(), random.nextLong());
            case 17 -> new JournalRecord.ClientEpochsEnded();
            case 18 -> new JournalRecord.LeaseInsisted(lease());
            default -> lease();
        };
    }

    private JournalRecord.PeerGranted peer() {
        return new JournalRecord.PeerGranted(
                internal(),
                ip(),
                port(),
                subscriber(),
                ip(),
                port(),
                nonce(),
                random.nextInt(),
                port(),
                random.nextLong(),
                random.nextBoolean() ? "" : "ü漢x");
    }

    private JournalRecord.PortHeld hold() {
        return hold(internal(), port(), random.nextBoolean());
    }

    private JournalRecord.PortHeld hold(InternalTuple internal, int externalPort, boolean ofSet) {
        return new JournalRecord.PortHeld(
                internal, subscriber(), ip(), externalPort, nonce(), random.nextLong(), ofSet);
    }

    private JournalRecord.LeaseRested rested() {
        InternalTuple internal = internal();
        int externalPort = port();
        int size = size(internal, externalPort);
        return new JournalRecord.LeaseRested(hold(internal, externalPort, size > 1), size);
    }

    /** A number of ports that there are on both sides. */
    private int size(InternalTuple internal, int externalPort) {
        int most = 0x1_0000 - Math.max(internal.internalPort(), externalPort);
        return random.nextBoolean() ? 1 : random.nextInt(1, most + 1);
    }

    JournalRecord.LeaseGranted lease() {
        LeaseOrigin[] origins = LeaseOrigin.values();
        InternalTuple internal = internal();
        int externalPort = port();
        return new JournalRecord.LeaseGranted(
                internal,
                subscriber(),
                ip(),
                externalPort,
                nonce(),
                origins[random.nextInt(origins.length)],
                random.nextInt(),
                random.nextInt(1 << 16),
                random.nextLong(),
                description(),
                filters(),
                size(internal, externalPort));
    }

    private List<PeerFilter> filters() {
        int count =
                switch (random.nextInt(6)) {
                    case 0 -> PeerFilter.MOST;
                    case 1, 2 -> random.nextInt(1, 4);
                    default -> 0;
                };
        return Stream.generate(() -> PeerFilter.of(random.nextInt(), random.nextInt(33), port()))
                .limit(count)
                .toList();
    }

    private String description() {
        return switch (random.nextInt(4)) {
            case 0 -> "Spiel für zwei 🎲";
            case 1 -> "漢".repeat(TextLimits.MAX_DESCRIPTION_CHARS);
            default -> Description.NONE;
        };
    }

    private InternalTuple internal() {
        return new InternalTuple(
                random.nextInt(2),
                protocol(),
                0x6440_0000 + random.nextInt(KEYS),
                0xffff - random.nextInt(2));
    }

    private int protocol() {
        return random.nextBoolean() ? 6 : 17;
    }

    private int ip() {
        return 0xc633_6400 + random.nextInt(4);
    }

    private int port() {
        return 0xfff0 + random.nextInt(16);
    }

    private Nonce nonce() {
        return new Nonce(random.nextLong(), random.nextInt());
    }

    private String subscriber() {
        return switch (random.nextInt(KEYS)) {
            case 0 -> "";
            case 1 -> "kundin-übergröße-漢字";
            case 2 -> "x".repeat(TextLimits.MAX_SUBSCRIBER_CHARS);
            default -> "subscriber-" + random.nextInt(KEYS);
        };
    }
}
