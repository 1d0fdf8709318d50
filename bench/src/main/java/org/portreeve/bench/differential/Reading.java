package org.portreeve.bench.differential;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An answer in words that two servers can agree on: no epoch, and of what a server assigns only how
 * it stands to what was asked.
 */
final class Reading {
    private static final List<String> RESULTS =
            List.of(
                    "SUCCESS",
                    "UNSUPP_VERSION",
                    "NOT_AUTHORIZED",
                    "MALFORMED_REQUEST",
                    "UNSUPP_OPCODE",
                    "UNSUPP_OPTION",
                    "MALFORMED_OPTION",
                    "NETWORK_FAILURE",
                    "NO_RESOURCES",
                    "UNSUPP_PROTOCOL",
                    "USER_EX_QUOTA",
                    "CANNOT_PROVIDE_EXTERNAL",
                    "ADDRESS_MISMATCH",
                    "EXCESSIVE_REMOTE_PEERS");

    private static final int HEADER = 24;
    private static final int MAP_BYTES = 60;
    private static final int PEER_BYTES = 80;
    private static final int MAPPED = 12;

    /** A clock may tick between request and answer. */
    private static final int TICK_SECONDS = 2;

    private Reading() {}

    /** The words for what came back to a request. */
    static String of(byte[] request, Optional<byte[]> answer) {
        if (answer.isEmpty()) {
            return "silence";
        }
        byte[] bytes = answer.get();
        boolean isNatPmp = bytes.length > 0 && bytes[0] == 0;
        if (bytes.length < (isNatPmp ? 4 : HEADER)) {
            return bytes.length + " octets";
        }
        return isNatPmp ? natPmp(request, bytes) : pcp(request, bytes);
    }

    private static String pcp(byte[] request, byte[] answer) {
        List<String> words = new ArrayList<>();
        int result = Byte.toUnsignedInt(answer[3]);
        words.add(result < RESULTS.size() ? RESULTS.get(result) : "result " + result);
        words.add("lifetime " + lifetime(request, 4, answer, 4));
        words.add(answer.length + " octets");
        if (answer[0] != 2) {
            words.add("version " + answer[0]);
        }
        if (request.length > 1 && answer[1] != (byte) (request[1] | 0x80)) {
            words.add("opcode octet " + Integer.toHexString(answer[1] & 0xff));
        }
        words.add("octets 12 to 23 " + reserved(request, answer));
        words.addAll(result == 0 ? granted(request, answer) : List.of(echo(request, answer)));
        return String.join(", ", words);
    }

    private static String lifetime(byte[] request, int from, byte[] answer, int place) {
        long given = Integer.toUnsignedLong(ByteBuffer.wrap(answer).getInt(place));
        if (request.length >= from + 4) {
            long asked = Integer.toUnsignedLong(ByteBuffer.wrap(request).getInt(from));
            if (asked != 0 && Math.abs(asked - given) <= TICK_SECONDS) {
                return "as asked";
            }
        }
        return Long.toString(given);
    }

    private static String reserved(byte[] request, byte[] answer) {
        byte[] there = Arrays.copyOfRange(answer, MAPPED, HEADER);
        if (Arrays.equals(there, new byte[HEADER - MAPPED])) {
            return "zero";
        }
        boolean kept =
                request.length >= HEADER
                        && Arrays.equals(there, Arrays.copyOfRange(request, MAPPED, HEADER));
        return kept ? "as asked" : "other";
    }

    private static String echo(byte[] request, byte[] answer) {
        int asked = Math.min(request.length, answer.length);
        boolean same =
                asked <= HEADER || Arrays.equals(request, HEADER, asked, answer, HEADER, asked);
        return same ? "the rest as asked" : "the rest otherwise than asked";
    }

    /** What a success says of the mapping. */
    private static List<String> granted(byte[] request, byte[] answer) {
        List<String> words = new ArrayList<>();
        int opcode = answer[1] & 0x7f;
        int dataEnd = opcode == 1 ? MAP_BYTES : opcode == 2 ? PEER_BYTES : HEADER;
        if (dataEnd > HEADER && answer.length >= dataEnd && request.length >= dataEnd) {
            boolean same = Arrays.equals(request, HEADER, 42, answer, HEADER, 42);
            words.add(same ? "tuple as asked" : "tuple otherwise than asked");
            words.add("external port " + external(request, answer));
            words.add("external address " + address(request, answer));
        }
        List<Integer> options = options(answer, dataEnd);
        if (!options.isEmpty()) {
            words.add("options " + options);
        }
        return words;
    }

    private static String external(byte[] request, byte[] answer) {
        int asked = ByteBuffer.wrap(request).getShort(42);
        int given = ByteBuffer.wrap(answer).getShort(42);
        return given == asked ? "as asked" : given == 0 ? "0" : "another";
    }

    private static String address(byte[] request, byte[] answer) {
        if (Arrays.equals(request, 44, 60, answer, 44, 60)) {
            return "as asked";
        }
        boolean isMapped = answer[54] == -1 && answer[55] == -1;
        return isMapped ? "assigned" : "not an IPv4 address";
    }

    private static List<Integer> options(byte[] answer, int from) {
        List<Integer> codes = new ArrayList<>();
        int place = from;
        while (place + 4 <= answer.length) {
            codes.add(Byte.toUnsignedInt(answer[place]));
            int lengthBytes = Short.toUnsignedInt(ByteBuffer.wrap(answer).getShort(place + 2));
            place += 4 + (lengthBytes + 3) / 4 * 4;
        }
        return codes;
    }

    private static String natPmp(byte[] request, byte[] answer) {
        List<String> words = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        words.add("NAT-PMP result " + bytes.getShort(2));
        words.add(answer.length + " octets");
        words.add("opcode octet " + Integer.toHexString(answer[1] & 0xff));
        if (answer.length == 16 && request.length >= 12) {
            boolean same = Arrays.equals(request, 4, 6, answer, 8, 10);
            words.add(same ? "internal port as asked" : "internal port otherwise");
            int asked = ByteBuffer.wrap(request).getShort(6);
            int given = bytes.getShort(10);
            words.add(
                    "external port "
                            + (given == asked ? "as asked" : given == 0 ? "0" : "another"));
            words.add("lifetime " + lifetime(request, 8, answer, 12));
        }
        return String.join(", ", words);
    }
}
