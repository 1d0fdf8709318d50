package org.portreeve.control.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.control.journal.JournalRecord.AddressDrained;
import org.portreeve.control.journal.JournalRecord.BlockLeased;
import org.portreeve.control.journal.JournalRecord.BlockReleased;
import org.portreeve.control.journal.JournalRecord.ClientEpochStarted;
import org.portreeve.control.journal.JournalRecord.ClientEpochsEnded;
import org.portreeve.control.journal.JournalRecord.DrainEnded;
import org.portreeve.control.journal.JournalRecord.EpochStarted;
import org.portreeve.control.journal.JournalRecord.HoldEnded;
import org.portreeve.control.journal.JournalRecord.LeaseEnded;
import org.portreeve.control.journal.JournalRecord.LeaseGranted;
import org.portreeve.control.journal.JournalRecord.LeaseInsisted;
import org.portreeve.control.journal.JournalRecord.LeaseRested;
import org.portreeve.control.journal.JournalRecord.Paired;
import org.portreeve.control.journal.JournalRecord.PeerEnded;
import org.portreeve.control.journal.JournalRecord.PeerGranted;
import org.portreeve.control.journal.JournalRecord.PortHeld;
import org.portreeve.control.journal.JournalRecord.SubscriberDrainEnded;
import org.portreeve.control.journal.JournalRecord.SubscriberDrained;
import org.portreeve.control.journal.JournalRecord.TimeMark;
import org.portreeve.control.journal.JournalRecord.Unpaired;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.PortRange;

/**
 * Records as bytes: the length of what follows in 16 bits, a type code in 8, fixed fields, a text
 * with its length in 16 bits where the type has one, and the subscriber's id, where there is one,
 * in what is left. All numbers in network order. The golden bytes of every type are a test: a
 * layout, once shipped, never changes; a new one takes a new code. Pure; any thread.
 */
final class JournalCodec {
    /** No record is longer. */
    static final int MAX_RECORD_BYTES = 1792;

    // Type codes are in files for good: never give one to another type.
    private static final int LEASE_GRANTED = 1;
    private static final int LEASE_ENDED = 2;
    private static final int PORT_HELD = 3;
    private static final int HOLD_ENDED = 4;
    private static final int PAIRED = 5;
    private static final int UNPAIRED = 6;
    private static final int BLOCK_LEASED = 7;
    private static final int BLOCK_RELEASED = 8;
    private static final int EPOCH_STARTED = 9;
    private static final int TIME_MARK = 10;
    private static final int LEASE_DESCRIBED = 11;
    private static final int ADDRESS_DRAINED = 12;
    private static final int DRAIN_ENDED = 13;
    private static final int LEASE_RESTED = 14;
    private static final int SUBSCRIBER_DRAINED = 15;
    private static final int SUBSCRIBER_DRAIN_ENDED = 16;
    private static final int LEASE_FILTERED = 17;

    private static final int PEER_GRANTED = 20;
    private static final int PEER_ENDED = 21;
    private static final int SET_GRANTED = 22;
    private static final int SET_RESTED = 23;
    private static final int SET_PORT_HELD = 24;

    private static final int CLIENT_EPOCH_STARTED = 28;

    /** What follows is a lease as its own type has it, that code included. */
    private static final int LEASE_INSISTED = 29;

    private static final int CLIENT_EPOCHS_ENDED = 30;
    private static final int PEER_DESCRIBED = 31;

    private static final int TUPLE_BYTES = 4 + 1 + 4 + 2;
    private static final int NONCE_BYTES = Nonce.LENGTH;
    private static final int ENDPOINT_BYTES = 4 + 2;
    private static final int LENGTH_BYTES = 2;
    private static final int COUNT_BYTES = 1;
    private static final int SIZE_BYTES = 2;
    private static final int FILTER_BYTES = 4 + 1 + 2;
    private static final int HOLD_BYTES = TUPLE_BYTES + ENDPOINT_BYTES + NONCE_BYTES + 8;
    private static final int LEASE_BYTES = TUPLE_BYTES + 2 * ENDPOINT_BYTES + NONCE_BYTES + 1 + 8;

    private static final int PEER_BYTES = TUPLE_BYTES + 3 * ENDPOINT_BYTES + NONCE_BYTES + 8;

    /** What each type has before the subscriber's id, by code; 0 for no such type. */
    private static final int[] FIXED_BYTES = {
        0,
        LEASE_BYTES,
        TUPLE_BYTES,
        HOLD_BYTES,
        1 + ENDPOINT_BYTES,
        4,
        0,
        ENDPOINT_BYTES + 4,
        ENDPOINT_BYTES,
        8,
        8,
        LEASE_BYTES + LENGTH_BYTES,
        4 + 8 + 8,
        4,
        HOLD_BYTES,
        8,
        0,
        LEASE_BYTES + LENGTH_BYTES + COUNT_BYTES,
        0,
        0,
        PEER_BYTES,
        TUPLE_BYTES + ENDPOINT_BYTES,
        SIZE_BYTES + LEASE_BYTES + LENGTH_BYTES + COUNT_BYTES,
        SIZE_BYTES + HOLD_BYTES,
        HOLD_BYTES,
        0,
        0,
        0,
        4 + 8,
        1 + LEASE_BYTES,
        0,
        PEER_BYTES + LENGTH_BYTES
    };

    private JournalCodec() {}

    /** Appends a record; {@link #MAX_RECORD_BYTES} must be left. */
    static void encode(JournalRecord record, ByteBuffer out) {
        int start = out.position();
        out.position(start + LENGTH_BYTES);
        switch (record) {
            case LeaseGranted lease -> leaseGranted(lease, out);
            case LeaseInsisted(LeaseGranted lease) ->
                    leaseGranted(lease, type(LEASE_INSISTED, out));
            case LeaseEnded(InternalTuple internal) -> tuple(internal, type(LEASE_ENDED, out));
            case PortHeld hold ->
                    portHeld(hold, type(hold.ofSet() ? SET_PORT_HELD : PORT_HELD, out));
            case LeaseRested rested -> leaseRested(rested, out);
            case HoldEnded(int protocol, int ip, int port) ->
                    endpoint(ip, port, type(HOLD_ENDED, out).put((byte) protocol));
            case Paired(String subscriber, int ip) ->
                    text(subscriber, type(PAIRED, out).putInt(ip));
            case Unpaired(String subscriber) -> text(subscriber, type(UNPAIRED, out));
            case BlockLeased(String subscriber, int ip, int firstPort, int size) ->
                    text(subscriber, endpoint(ip, firstPort, type(BLOCK_LEASED, out)).putInt(size));
            case BlockReleased(int ip, int firstPort) ->
                    endpoint(ip, firstPort, type(BLOCK_RELEASED, out));
            case EpochStarted(long startMillis) -> type(EPOCH_STARTED, out).putLong(startMillis);
            case ClientEpochStarted(int clientIp, long laterMillis) ->
                    type(CLIENT_EPOCH_STARTED, out).putInt(clientIp).putLong(laterMillis);
            case ClientEpochsEnded _ -> type(CLIENT_EPOCHS_ENDED, out);
            case TimeMark(long wallMillis) -> type(TIME_MARK, out).putLong(wallMillis);
            case AddressDrained(int ip, long restSeconds, long sinceMillis) ->
                    type(ADDRESS_DRAINED, out).putInt(ip).putLong(restSeconds).putLong(sinceMillis);
            case DrainEnded(int ip) -> type(DRAIN_ENDED, out).putInt(ip);
            case SubscriberDrained(String subscriber, long sinceMillis) ->
                    text(subscriber, type(SUBSCRIBER_DRAINED, out).putLong(sinceMillis));
            case SubscriberDrainEnded(String subscriber) ->
                    text(subscriber, type(SUBSCRIBER_DRAIN_ENDED, out));
            case PeerGranted peer -> peerGranted(peer, out);
            case PeerEnded(InternalTuple internal, int remoteIp, int remotePort) ->
                    endpoint(remoteIp, remotePort, tuple(internal, type(PEER_ENDED, out)));
        }
        out.putShort(start, (short) (out.position() - start - LENGTH_BYTES));
    }

    private static void leaseGranted(LeaseGranted lease, ByteBuffer out) {
        // Most leases have neither description nor filters, and need not pay for them.
        boolean isSet = lease.size() > 1;
        boolean isFiltered = isSet || !lease.filters().isEmpty();
        boolean isDescribed = isFiltered || !lease.description().isEmpty();
        int plainType = isDescribed ? LEASE_DESCRIBED : LEASE_GRANTED;
        if (isSet) {
            type(SET_GRANTED, out).putShort((short) lease.size());
        } else {
            type(isFiltered ? LEASE_FILTERED : plainType, out);
        }
        tuple(lease.internal(), out);
        endpoint(lease.externalIp(), lease.externalPort(), out);
        nonce(lease.nonce(), out);
        out.put((byte) lease.origin().code());
        endpoint(lease.clientIp(), lease.clientPort(), out);
        out.putLong(lease.deadlineMillis());
        if (isDescribed) {
            described(lease.description(), out);
        }
        if (isFiltered) {
            filters(lease.filters(), out);
        }
        text(lease.subscriber(), out);
    }

    private static void described(String description, ByteBuffer out) {
        byte[] octets = description.getBytes(UTF_8);
        out.putShort((short) octets.length).put(octets);
    }

    private static void filters(List<PeerFilter> filters, ByteBuffer out) {
        out.put((byte) filters.size());
        for (PeerFilter filter : filters) {
            out.putInt(filter.remote().network()).put((byte) filter.remote().length());
            out.putShort((short) filter.remotePort());
        }
    }

    private static void leaseRested(LeaseRested rested, ByteBuffer out) {
        if (rested.size() > 1) {
            type(SET_RESTED, out).putShort((short) rested.size());
        } else {
            type(LEASE_RESTED, out);
        }
        portHeld(rested.hold(), out);
    }

    private static void portHeld(PortHeld hold, ByteBuffer out) {
        tuple(hold.internal(), out);
        endpoint(hold.externalIp(), hold.externalPort(), out);
        nonce(hold.nonce(), out);
        out.putLong(hold.untilMillis());
        text(hold.subscriber(), out);
    }

    private static ByteBuffer type(int code, ByteBuffer out) {
        return out.put((byte) code);
    }

    private static void peerGranted(PeerGranted peer, ByteBuffer out) {
        boolean isDescribed = !peer.description().isEmpty();
        tuple(peer.internal(), type(isDescribed ? PEER_DESCRIBED : PEER_GRANTED, out));
        endpoint(peer.remoteIp(), peer.remotePort(), out);
        endpoint(peer.externalIp(), peer.externalPort(), out);
        nonce(peer.nonce(), out);
        endpoint(peer.clientIp(), peer.clientPort(), out);
        out.putLong(peer.deadlineMillis());
        if (isDescribed) {
            described(peer.description(), out);
        }
        text(peer.subscriber(), out);
    }

    private static ByteBuffer tuple(InternalTuple tuple, ByteBuffer out) {
        out.putInt(tuple.realm()).put((byte) tuple.protocol());
        return endpoint(tuple.internalIp(), tuple.internalPort(), out);
    }

    private static ByteBuffer endpoint(int ip, int port, ByteBuffer out) {
        assert port >>> 16 == 0 : "a port of more than 16 bits";
        return out.putInt(ip).putShort((short) port);
    }

    private static void nonce(Nonce nonce, ByteBuffer out) {
        out.putLong(nonce.high()).putInt(nonce.low());
    }

    private static void text(String text, ByteBuffer out) {
        out.put(text.getBytes(UTF_8));
    }

    /**
     * Reads the next record, or says that the bytes are none; the position is then anywhere. Reads
     * any bytes without throwing.
     */
    static Optional<JournalRecord> decode(ByteBuffer in) {
        if (in.remaining() <= LENGTH_BYTES) {
            return Optional.empty();
        }
        int length = in.getShort() & 0xffff;
        if (length == 0 || length > in.remaining()) {
            return Optional.empty();
        }
        int end = in.position() + length;
        int type = in.get() & 0xff;
        if (type >= FIXED_BYTES.length || end - in.position() < FIXED_BYTES[type]) {
            return Optional.empty();
        }
        Optional<JournalRecord> record = decodeBody(type, in, end);
        return in.position() == end ? record : Optional.empty();
    }

    private static Optional<JournalRecord> decodeBody(int type, ByteBuffer in, int end) {
        return switch (type) {
            case LEASE_GRANTED, LEASE_DESCRIBED, LEASE_FILTERED, SET_GRANTED ->
                    leaseGranted(type, in, end);
            case LEASE_INSISTED -> leaseInsisted(in, end);
            case LEASE_ENDED -> Optional.of(new LeaseEnded(tuple(in)));
            case PORT_HELD -> Optional.of(portHeld(in, end, false));
            case SET_PORT_HELD -> Optional.of(portHeld(in, end, true));
            case LEASE_RESTED -> Optional.of(new LeaseRested(portHeld(in, end, false)));
            case SET_RESTED -> setRested(in, end);
            case HOLD_ENDED -> Optional.of(new HoldEnded(octet(in), in.getInt(), port(in)));
            case PAIRED -> {
                int ip = in.getInt();
                yield Optional.of(new Paired(text(in, end), ip));
            }
            case UNPAIRED -> Optional.of(new Unpaired(text(in, end)));
            case BLOCK_LEASED -> {
                int ip = in.getInt();
                int firstPort = port(in);
                int size = in.getInt();
                yield Optional.of(new BlockLeased(text(in, end), ip, firstPort, size));
            }
            case BLOCK_RELEASED -> Optional.of(new BlockReleased(in.getInt(), port(in)));
            case EPOCH_STARTED -> Optional.of(new EpochStarted(in.getLong()));
            case CLIENT_EPOCH_STARTED ->
                    Optional.of(new ClientEpochStarted(in.getInt(), in.getLong()));
            case CLIENT_EPOCHS_ENDED -> Optional.of(new ClientEpochsEnded());
            case TIME_MARK -> Optional.of(new TimeMark(in.getLong()));
            case ADDRESS_DRAINED ->
                    Optional.of(new AddressDrained(in.getInt(), in.getLong(), in.getLong()));
            case DRAIN_ENDED -> Optional.of(new DrainEnded(in.getInt()));
            case SUBSCRIBER_DRAINED -> {
                long sinceMillis = in.getLong();
                yield Optional.of(new SubscriberDrained(text(in, end), sinceMillis));
            }
            case SUBSCRIBER_DRAIN_ENDED -> Optional.of(new SubscriberDrainEnded(text(in, end)));
            case PEER_GRANTED, PEER_DESCRIBED -> peerGranted(type, in, end);
            case PEER_ENDED -> Optional.of(new PeerEnded(tuple(in), in.getInt(), port(in)));
            default -> Optional.empty();
        };
    }

    private static Optional<JournalRecord> leaseInsisted(ByteBuffer in, int end) {
        int type = octet(in);
        boolean isLease =
                type == LEASE_GRANTED
                        || type == LEASE_DESCRIBED
                        || type == LEASE_FILTERED
                        || type == SET_GRANTED;
        return isLease && end - in.position() >= FIXED_BYTES[type]
                ? leaseGranted(type, in, end).map(lease -> new LeaseInsisted((LeaseGranted) lease))
                : Optional.empty();
    }

    private static Optional<JournalRecord> leaseGranted(int type, ByteBuffer in, int end) {
        int size = type == SET_GRANTED ? port(in) : 1;
        InternalTuple internal = tuple(in);
        int externalIp = in.getInt();
        int externalPort = port(in);
        Nonce nonce = nonce(in);
        int originCode = octet(in);
        int clientIp = in.getInt();
        int clientPort = port(in);
        long deadlineMillis = in.getLong();
        int descriptionBytes = type == LEASE_GRANTED ? 0 : port(in);
        if (descriptionBytes > end - in.position()) {
            return Optional.empty();
        }
        String description = text(in, in.position() + descriptionBytes);
        Optional<List<PeerFilter>> filters =
                switch (type) {
                    case LEASE_FILTERED -> filters(in, end, 1);
                    case SET_GRANTED -> filters(in, end, 0);
                    default -> Optional.of(List.of());
                };
        if (filters.isEmpty() || !areSet(type, internal, externalPort, size)) {
            return Optional.empty();
        }
        String subscriber = text(in, end);
        return LeaseOrigin.of(originCode)
                .map(origin ->
                        new LeaseGranted(
                                internal,
                                subscriber,
                                externalIp,
                                externalPort,
                                nonce,
                                origin,
                                clientIp,
                                clientPort,
                                deadlineMillis,
                                description,
                                filters.get(),
                                size));
    }

    private static Optional<JournalRecord> setRested(ByteBuffer in, int end) {
        int size = port(in);
        PortHeld first = portHeld(in, end, true);
        return areSet(SET_RESTED, first.internal(), first.externalPort(), size)
                ? Optional.of(new LeaseRested(first, size))
                : Optional.empty();
    }

    /** Whether so many ports follow each other on both sides; other types have one. */
    private static boolean areSet(int type, InternalTuple internal, int externalPort, int size) {
        boolean isSet = type == SET_GRANTED || type == SET_RESTED;
        int first = Math.max(internal.internalPort(), externalPort);
        return !isSet || (size > 1 && first + size - 1 <= PortRange.MAX_PORT);
    }

    private static Optional<List<PeerFilter>> filters(ByteBuffer in, int end, int least) {
        int count = in.position() < end ? octet(in) : -1;
        if (count < least
                || count > PeerFilter.MOST
                || count * FILTER_BYTES > end - in.position()) {
            return Optional.empty();
        }
        List<PeerFilter> filters = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int network = in.getInt();
            int length = octet(in);
            int remotePort = port(in);
            if (length > Integer.SIZE) {
                return Optional.empty();
            }
            filters.add(PeerFilter.of(network, length, remotePort));
        }
        return Optional.of(filters);
    }

    private static Optional<JournalRecord> peerGranted(int type, ByteBuffer in, int end) {
        InternalTuple internal = tuple(in);
        int remoteIp = in.getInt();
        int remotePort = port(in);
        int externalIp = in.getInt();
        int externalPort = port(in);
        Nonce nonce = nonce(in);
        int clientIp = in.getInt();
        int clientPort = port(in);
        long deadlineMillis = in.getLong();
        int descriptionBytes = type == PEER_DESCRIBED ? port(in) : 0;
        if (descriptionBytes > end - in.position()) {
            return Optional.empty();
        }
        String description = text(in, in.position() + descriptionBytes);
        return Optional.of(
                new PeerGranted(
                        internal,
                        remoteIp,
                        remotePort,
                        text(in, end),
                        externalIp,
                        externalPort,
                        nonce,
                        clientIp,
                        clientPort,
                        deadlineMillis,
                        description));
    }

    private static PortHeld portHeld(ByteBuffer in, int end, boolean ofSet) {
        InternalTuple internal = tuple(in);
        int externalIp = in.getInt();
        int externalPort = port(in);
        Nonce nonce = nonce(in);
        long untilMillis = in.getLong();
        return new PortHeld(
                internal, text(in, end), externalIp, externalPort, nonce, untilMillis, ofSet);
    }

    private static InternalTuple tuple(ByteBuffer in) {
        return new InternalTuple(in.getInt(), octet(in), in.getInt(), port(in));
    }

    private static Nonce nonce(ByteBuffer in) {
        return new Nonce(in.getLong(), in.getInt());
    }

    private static int octet(ByteBuffer in) {
        return in.get() & 0xff;
    }

    private static int port(ByteBuffer in) {
        return in.getShort() & 0xffff;
    }

    private static String text(ByteBuffer in, int end) {
        byte[] octets = new byte[end - in.position()];
        in.get(octets);
        return new String(octets, UTF_8);
    }
}
