package org.portreeve.pcp;

import java.util.Optional;
import java.util.Set;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.PeerCommand;
import org.portreeve.control.PeerOutcome;
import org.portreeve.control.PeerTuple;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.wire.Decoded;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpRequest.PeerRequest;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.ResultCode;

/**
 * What a PEER request means to port control, and what port control's word on it means to the client
 * (RFC 6887 §12.3). Pure; any thread.
 */
final class PeerService {
    /** Protocols with ports that are translated. */
    private static final Set<Integer> PROTOCOLS = Set.of(Protocol.TCP, Protocol.UDP);

    private PeerService() {}

    /**
     * Why a request is refused before anybody is asked; empty when it is not.
     *
     * @param isDedicated whether it is about a host with an external address for itself
     */
    static Optional<ResultCode> fault(PeerRequest peer, boolean isDedicated) {
        boolean isTranslated =
                isDedicated
                        ? Protocol.hasPorts(peer.protocol())
                        : PROTOCOLS.contains(peer.protocol());
        if (!isTranslated) {
            return Optional.of(ResultCode.UNSUPP_PROTOCOL);
        }
        // PCP-PEER-005: an IPv4 host sends its packets to IPv4 peers alone.
        return peer.remoteAddress().isIpv4()
                ? Optional.empty()
                : Optional.of(ResultCode.MALFORMED_REQUEST);
    }

    /** The wish of a request without a {@link #fault}, of a client for itself or who it may. */
    static PeerCommand command(PeerRequest peer, Requester client, int descriptionBytes) {
        return new PeerCommand(
                new PeerTuple(
                        InternalTuple.of(
                                peer.protocol(),
                                peer.internalAddress().ipv4().orElseThrow(),
                                peer.internalPort()),
                        peer.remoteAddress().ipv4().orElseThrow(),
                        peer.remotePort()),
                peer.nonce(),
                // RFC 6887 §12.1: PREFER_FAILURE is implied.
                MapCommands.suggestedIp(peer.suggestedExternalAddress(), true),
                peer.suggestedExternalPort(),
                peer.lifetimeSeconds(),
                client.newsIp(),
                client.newsPort(),
                MapCommands.description(peer, descriptionBytes),
                MapCommands.describes(peer));
    }

    /** The result code of an outcome. */
    static ResultCode resultCode(PeerOutcome outcome) {
        return switch (outcome) {
            case PeerOutcome.Kept _, PeerOutcome.NotThere _ -> ResultCode.SUCCESS;
            case PeerOutcome.InvalidPeer _ -> ResultCode.MALFORMED_REQUEST;
            case PeerOutcome.Refused(MapOutcome.Reason reason, long _) ->
                    PcpServer.resultCode(reason);
        };
    }

    /** The answer that tells it. */
    static PcpResponse response(
            PeerOutcome outcome,
            PeerRequest peer,
            Decoded.Accepted accepted,
            int descriptionBytes,
            long epochSeconds) {
        ResultCode code = resultCode(outcome);
        return switch (outcome) {
            case PeerOutcome.Kept(int ip, int port, long lifetimeSeconds, String description) ->
                    peer.withOptions(MapAnswers.options(peer, description, descriptionBytes))
                            .granted(lifetimeSeconds, port, PcpAddress.ofIpv4(ip), epochSeconds);
            case PeerOutcome.NotThere _ -> peer.notThere(epochSeconds);
            case PeerOutcome.InvalidPeer _ -> accepted.refuse(code, epochSeconds);
            case PeerOutcome.Refused(MapOutcome.Reason _, long lifetimeSeconds) ->
                    accepted.refuse(code, lifetimeSeconds, epochSeconds);
        };
    }
}
