package org.portreeve.pcp.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.List;
import org.portreeve.control.Nonce;
import org.portreeve.nat.Prefix;

/** Writes messages, every octet of them, reserved zeros included. Any thread. */
public final class PcpEncoder {
    private PcpEncoder() {}

    /** The octets of a request. */
    public static byte[] octets(PcpRequest request) {
        ByteBuffer octets = ByteBuffer.allocate(lengthBytes(request));
        encode(request, octets);
        return octets.array();
    }

    /** The octets of a response. */
    public static byte[] octets(PcpResponse response) {
        ByteBuffer octets = ByteBuffer.allocate(lengthBytes(response));
        encode(response, octets);
        return octets.array();
    }

    /** How many octets a request has. */
    public static int lengthBytes(PcpRequest request) {
        return request.opcode().minMessageBytes() + PcpFields.lengthBytes(request.options());
    }

    /** How many octets a response has. */
    public static int lengthBytes(PcpResponse response) {
        return switch (response) {
            case PcpResponse.AnnounceResponse announce ->
                    Opcode.ANNOUNCE.minMessageBytes() + PcpFields.lengthBytes(announce.options());
            case PcpResponse.MapResponse map ->
                    Opcode.MAP.minMessageBytes() + PcpFields.lengthBytes(map.options());
            case PcpResponse.PeerResponse peer ->
                    Opcode.PEER.minMessageBytes() + PcpFields.lengthBytes(peer.options());
            case PcpResponse.ErrorResponse error -> error.echo().messageBytes();
        };
    }

    /** Writes a request at the buffer's position, in network order. */
    public static void encode(PcpRequest request, ByteBuffer octets) {
        octets.put((byte) PcpFormat.VERSION).put((byte) request.opcode().number());
        octets.putShort((short) 0).putInt((int) request.lifetimeSeconds());
        request.clientAddress().write(octets);
        switch (request) {
            case PcpRequest.AnnounceRequest _ -> {}
            case PcpRequest.MapRequest map -> {
                writeOwner(map.nonce(), map.protocol(), octets);
                octets.putShort((short) map.internalPort());
                writeTuple(map.suggestedExternalPort(), map.suggestedExternalAddress(), octets);
            }
            case PcpRequest.PeerRequest peer -> {
                writeOwner(peer.nonce(), peer.protocol(), octets);
                octets.putShort((short) peer.internalPort());
                writeTuple(peer.suggestedExternalPort(), peer.suggestedExternalAddress(), octets);
                writeRemote(peer.remotePort(), peer.remoteAddress(), octets);
            }
        }
        writeOptions(request.options(), octets);
    }

    /** Writes a response at the buffer's position, in network order. */
    public static void encode(PcpResponse response, ByteBuffer octets) {
        octets.put((byte) PcpFormat.VERSION);
        octets.put((byte) (PcpFormat.RESPONSE_BIT | response.opcodeNumber()));
        octets.put((byte) 0).put((byte) response.resultNumber());
        octets.putInt((int) response.lifetimeSeconds()).putInt((int) response.epochSeconds());
        switch (response) {
            case PcpResponse.AnnounceResponse announce -> {
                writeReserved(octets);
                writeOptions(announce.options(), octets);
            }
            case PcpResponse.MapResponse map -> {
                writeReserved(octets);
                writeOwner(map.nonce(), map.protocol(), octets);
                octets.putShort((short) map.internalPort());
                writeTuple(map.assignedExternalPort(), map.assignedExternalAddress(), octets);
                writeOptions(map.options(), octets);
            }
            case PcpResponse.PeerResponse peer -> {
                writeReserved(octets);
                writeOwner(peer.nonce(), peer.protocol(), octets);
                octets.putShort((short) peer.internalPort());
                writeTuple(peer.assignedExternalPort(), peer.assignedExternalAddress(), octets);
                writeRemote(peer.remotePort(), peer.remoteAddress(), octets);
                writeOptions(peer.options(), octets);
            }
            case PcpResponse.ErrorResponse error -> error.echo().write(octets);
        }
    }

    private static void writeReserved(ByteBuffer octets) {
        octets.putLong(0).putInt(0);
    }

    private static void writeOwner(Nonce nonce, int protocol, ByteBuffer octets) {
        octets.putLong(nonce.high()).putInt(nonce.low());
        octets.putInt(protocol << 24);
    }

    private static void writeTuple(int port, PcpAddress address, ByteBuffer octets) {
        octets.putShort((short) port);
        address.write(octets);
    }

    private static void writeRemote(int port, PcpAddress address, ByteBuffer octets) {
        octets.putShort((short) port).putShort((short) 0);
        address.write(octets);
    }

    private static void writeOptions(List<PcpOption> options, ByteBuffer octets) {
        for (PcpOption option : options) {
            octets.put((byte) option.code().number()).put((byte) 0);
            octets.putShort((short) option.dataBytes());
            int padding = PcpFormat.padded(option.dataBytes()) - option.dataBytes();
            switch (option) {
                case PcpOption.ThirdParty(PcpAddress host) -> host.write(octets);
                case PcpOption.ThirdPartyId(RealmId realm) -> realm.write(octets);
                case PcpOption.PreferFailure _ -> {}
                case PcpOption.Filter(int prefixLength, int port, PcpAddress address) -> {
                    octets.put((byte) 0).put((byte) prefixLength).putShort((short) port);
                    address.write(octets);
                }
                case PcpOption.Description(String text) -> octets.put(text.getBytes(UTF_8));
                case PcpOption.Prefix64 prefix -> writePrefix64(prefix, octets);
                case PcpOption.PortSet(int size, int first, boolean keepsParity) ->
                        octets.putShort((short) size)
                                .putShort((short) first)
                                .put((byte) (keepsParity ? PcpFormat.PARITY_BIT : 0));
            }
            octets.put(new byte[padding]);
        }
    }

    private static void writePrefix64(PcpOption.Prefix64 prefix, ByteBuffer octets) {
        octets.putShort((short) prefix.prefixBytes()).putLong(prefix.head()).putInt(prefix.tail());
        if (!prefix.destinations().isEmpty()) {
            octets.putShort((short) prefix.destinations().size());
        }
        for (Prefix destination : prefix.destinations()) {
            octets.putShort((short) destination.length()).putInt(destination.network());
        }
    }
}
