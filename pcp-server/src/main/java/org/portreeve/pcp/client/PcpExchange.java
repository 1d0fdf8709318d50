package org.portreeve.pcp.client;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.portreeve.pcp.wire.DecodedResponse;
import org.portreeve.pcp.wire.PcpEncoder;
import org.portreeve.pcp.wire.PcpRequest;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.ResponseDecoder;

/**
 * One request on its way to an answer: when to send it again, and which datagram is its answer (RFC
 * 6887 §8.1.1, §8.3). Reads no clock and owns no socket. It never gives up by itself; that is for
 * its owner to say. Owned by one thread.
 */
public final class PcpExchange {
    /** RFC 6887 §8.1.1, IRT. */
    static final long INITIAL_RETRANSMISSION_NS = TimeUnit.SECONDS.toNanos(3);

    /** RFC 6887 §8.1.1, MRT. */
    static final long MAX_RETRANSMISSION_NS = TimeUnit.SECONDS.toNanos(1_024);

    /** RFC 6887 §8.1.1: RAND is uniform between minus and plus this. */
    private static final double JITTER = 0.1;

    private final PcpRequest request;
    private final byte[] datagram;
    private final RandomGenerator random;

    /** The base of the next RT, before RAND: IRT, then twice the RT that was used. */
    private long nextRetransmissionNs = INITIAL_RETRANSMISSION_NS;

    private long dueNs;

    /** An exchange whose first transmission is due at once. */
    public PcpExchange(PcpRequest request, RandomGenerator random, long nowNs) {
        this.request = request;
        this.datagram = PcpEncoder.octets(request);
        this.random = random;
        this.dueNs = nowNs;
    }

    /** What to send; the same octets, nonce included, each time. */
    public byte[] datagram() {
        return datagram.clone();
    }

    /** When {@link #isDue} will next be true, on the clock of the times passed in. */
    public long dueNs() {
        return dueNs;
    }

    /** Whether to send now. If so, the exchange takes it that this happens and sets the next RT. */
    public boolean isDue(long nowNs) {
        if (nowNs - dueNs < 0) {
            return false;
        }
        long ceiling = Math.min(nextRetransmissionNs, MAX_RETRANSMISSION_NS);
        long retransmissionNs = Math.round((1 + random.nextDouble(-JITTER, JITTER)) * ceiling);
        dueNs = nowNs + retransmissionNs;
        nextRetransmissionNs = 2 * retransmissionNs;
        return true;
    }

    /** Judges a datagram that came from the server's address and port. */
    public Reception onDatagram(byte[] received) {
        return switch (ResponseDecoder.decode(received)) {
            case DecodedResponse.Accepted(PcpResponse response) when isAnswer(response) ->
                    new Reception.Answer(response);
            case DecodedResponse.VersionRefused(int serverVersion, int opcodeNumber)
                    when opcodeNumber == request.opcode().number() ->
                    new Reception.OtherVersion(serverVersion);
            case DecodedResponse.Accepted _,
                    DecodedResponse.VersionRefused _,
                    DecodedResponse.Ignored _ ->
                    new Reception.NotOurs();
        };
    }

    private boolean isAnswer(PcpResponse response) {
        return switch (response) {
            case PcpResponse.AnnounceResponse _ -> request instanceof PcpRequest.AnnounceRequest;
            case PcpResponse.MapResponse mapped ->
                    request instanceof PcpRequest.MapRequest map && isAnswerTo(map, mapped);
            case PcpResponse.PeerResponse peered ->
                    request instanceof PcpRequest.PeerRequest peer && isAnswerTo(peer, peered);
            case PcpResponse.ErrorResponse error -> error.echo().isOf(request);
        };
    }

    /** RFC 6887 §11.4: these are compared; the rest is the server's to set. */
    private static boolean isAnswerTo(PcpRequest.MapRequest map, PcpResponse.MapResponse mapped) {
        return mapped.nonce().equals(map.nonce())
                && mapped.protocol() == map.protocol()
                && mapped.internalPort() == map.internalPort()
                && mapped.thirdParty().equals(map.thirdParty())
                && (!map.prefersFailure() || isSuggested(map, mapped));
    }

    /**
     * RFC 6887 §13.2: another tuple than the one insisted on is no answer but the update of an
     * earlier mapping, sent before the request was seen.
     */
    private static boolean isSuggested(PcpRequest.MapRequest map, PcpResponse.MapResponse mapped) {
        boolean anyAddress = map.suggestedExternalAddress().isAny();
        return mapped.assignedExternalPort() == map.suggestedExternalPort()
                && (anyAddress
                        || mapped.assignedExternalAddress().equals(map.suggestedExternalAddress()));
    }

    /** RFC 6887 §12.4. */
    private static boolean isAnswerTo(
            PcpRequest.PeerRequest peer, PcpResponse.PeerResponse peered) {
        return peered.nonce().equals(peer.nonce())
                && peered.protocol() == peer.protocol()
                && peered.internalPort() == peer.internalPort()
                && peered.remotePort() == peer.remotePort()
                && peered.remoteAddress().equals(peer.remoteAddress())
                && peered.thirdParty().equals(peer.thirdParty());
    }

    /** What a received datagram is to an exchange. Immutable. */
    public sealed interface Reception {
        /** The answer, success or error. Later ones may follow (RFC 6887 §14.2). */
        record Answer(PcpResponse response) implements Reception {}

        /** The server speaks another version; a NAT-PMP server says 0. */
        record OtherVersion(int serverVersion) implements Reception {}

        /** Not in good form, or the answer to something else: go on waiting. */
        record NotOurs() implements Reception {}
    }
}
