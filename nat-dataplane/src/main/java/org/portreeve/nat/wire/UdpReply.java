package org.portreeve.nat.wire;

import org.portreeve.nat.memory.Memory;

/**
 * UDP datagrams by which a host says that it does not want what it got (RFC 7857 §7.1). They begin
 * at {@code udp} and were checked to lie within what was received. Pure.
 */
public final class UdpReply {
    private static final int STUN_HEADER_BYTES = 20;
    private static final int STUN_COOKIE = 0x2112_A442;
    private static final int STUN_COOKIE_AT = 4;

    /** Of the message type: two zeros, and the class, of which both bits say error response. */
    private static final int STUN_CLASS_MASK = 0xc110;

    private static final int STUN_ERROR_CLASS = 0x0110;

    private static final int IKE_PORT = 500;
    private static final int IKE_NAT_PORT = 4_500;
    private static final int IKE_HEADER_BYTES = 28;
    private static final int IKE_NEXT_PAYLOAD_AT = 16;
    private static final int IKE_VERSION_AT = 17;
    private static final int IKE_FLAGS_AT = 19;
    private static final int IKE_MAJOR_VERSION = 2;
    private static final int IKE_RESPONSE = 0x20;
    private static final int IKE_NOTIFY = 41;
    private static final int IKE_NOTIFY_BYTES = 8;
    private static final int IKE_NOTIFY_TYPE_AT = 6;
    private static final int IKE_INVALID_SYNTAX = 7;

    /** What tells IKE from ESP on the port that both use (RFC 3948 §2.2). */
    private static final int NON_ESP_MARKER_BYTES = 4;

    private UdpReply() {}

    /** Whether it is a STUN error response (RFC 8489 §5). */
    public static boolean isStunError(long udp) {
        int bytes = UdpHeader.length(udp) - UdpHeader.BYTES;
        long stun = udp + UdpHeader.BYTES;
        return bytes >= STUN_HEADER_BYTES
                && (Memory.u16(stun) & STUN_CLASS_MASK) == STUN_ERROR_CLASS
                && Memory.u16(stun + 2) == bytes - STUN_HEADER_BYTES
                && Memory.u32(stun + STUN_COOKIE_AT) == STUN_COOKIE;
    }

    /** Whether it is an answer of IKE version 2 that begins with INVALID_SYNTAX (RFC 7296 §3). */
    public static boolean isIkeInvalidSyntax(long udp) {
        int bytes = UdpHeader.length(udp) - UdpHeader.BYTES;
        long message = udp + UdpHeader.BYTES;
        if (isOfPort(udp, IKE_NAT_PORT)) {
            bytes -= NON_ESP_MARKER_BYTES;
            if (bytes < 0 || Memory.u32(message) != 0) {
                return false;
            }
            message += NON_ESP_MARKER_BYTES;
        } else if (!isOfPort(udp, IKE_PORT)) {
            return false;
        }
        return bytes >= IKE_HEADER_BYTES + IKE_NOTIFY_BYTES && isInvalidSyntax(message);
    }

    private static boolean isInvalidSyntax(long ike) {
        long notify = ike + IKE_HEADER_BYTES;
        return Memory.u8(ike + IKE_NEXT_PAYLOAD_AT) == IKE_NOTIFY
                && Memory.u8(ike + IKE_VERSION_AT) >> 4 == IKE_MAJOR_VERSION
                && (Memory.u8(ike + IKE_FLAGS_AT) & IKE_RESPONSE) != 0
                && Memory.u16(notify + IKE_NOTIFY_TYPE_AT) == IKE_INVALID_SYNTAX;
    }

    private static boolean isOfPort(long udp, int port) {
        return Memory.u16(udp + UdpHeader.SOURCE_PORT) == port
                || Memory.u16(udp + UdpHeader.DESTINATION_PORT) == port;
    }
}
