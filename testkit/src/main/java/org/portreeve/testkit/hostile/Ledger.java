package org.portreeve.testkit.hostile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.portreeve.testkit.pcp.PcpOptions;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * What one socket asked and what it was answered, each answer held against the requests that it may
 * be for: those with its opcode and nonce, which is most often one. Requests that nobody answered
 * pay for nothing. One thread.
 */
final class Ledger {
    /** One request about a set of ports brings no more answers (RFC 7753 §7, PCP-PS-018). */
    static final int MOST_ANSWERS_TO_SET = 16;

    /** What any version but PCP's own is told, and what NAT-PMP says, fits in here. */
    private static final int SHORTEST_BYTES = 24;

    /** A mapping that is a set says so to whoever asks for one port of it (RFC 7753 §4.4). */
    private static final int SET_OPTION_BYTES = 12;

    private static final int MAP = 1;
    private static final int OPCODE_MASK = 0x7f;
    private static final int NONCE_AT = 24;
    private static final int OPTION_AT = 60;
    private static final int MAX_COMPLAINTS = 20;

    private final Map<String, Account> accounts = new HashMap<>();
    private final List<String> complaints = new ArrayList<>();
    private int mostAnswersToSet;

    /** Requests with one opcode and nonce, and their answers. */
    private static final class Account {
        private int requests;
        private int sets;
        private int mostBytes;
        private int answers;

        /** A request for a set may bring several answers, any other one. */
        private int mostAnswers() {
            return requests - sets + sets * MOST_ANSWERS_TO_SET;
        }
    }

    /** A request was sent. */
    void onRequest(byte[] request) {
        byte[] whole = padded(request);
        Account account = accounts.computeIfAbsent(key(whole), _ -> new Account());
        account.requests++;
        boolean isSet = isSet(whole);
        account.sets += isSet ? 1 : 0;
        int growth = !isSet && opcode(whole) == MAP ? SET_OPTION_BYTES : 0;
        account.mostBytes = Math.max(account.mostBytes, whole.length + growth);
    }

    /** An answer came in. */
    void onAnswer(ByteBuffer buffer) {
        byte[] answer = new byte[buffer.remaining()];
        buffer.get(answer);
        Account account = accounts.get(key(padded(answer)));
        if (account == null) {
            complain("an answer to nothing that was asked from here", answer);
            return;
        }
        account.answers++;
        if (account.answers > account.mostAnswers()) {
            complain(account.answers + " answers to " + account.requests + " requests", answer);
        }
        if (answer.length > account.mostBytes) {
            complain("longer than the " + account.mostBytes + " octets it may have", answer);
        }
        if (account.requests == 1 && account.sets == 1) {
            mostAnswersToSet = Math.max(mostAnswersToSet, account.answers);
        }
    }

    /** Answers are padded to four octets (RFC 6887 §8.3), and so is what is compared. */
    private static byte[] padded(byte[] datagram) {
        int paddedBytes = (datagram.length + 3) / 4 * 4;
        return Arrays.copyOf(datagram, Math.max(SHORTEST_BYTES, paddedBytes));
    }

    /** NAT-PMP, which is version 0, has no nonces. */
    private static String key(byte[] padded) {
        boolean hasNonce = padded[0] != 0 && padded.length >= NONCE_AT + PcpRequests.NONCE_BYTES;
        String version = padded[0] == 0 ? "NAT-PMP " : "PCP ";
        return version
                + opcode(padded)
                + (hasNonce
                        ? new String(
                                padded,
                                NONCE_AT,
                                PcpRequests.NONCE_BYTES,
                                StandardCharsets.ISO_8859_1)
                        : "");
    }

    private static int opcode(byte[] padded) {
        return padded[1] & OPCODE_MASK;
    }

    private static boolean isSet(byte[] padded) {
        return opcode(padded) == MAP
                && padded.length > OPTION_AT
                && Byte.toUnsignedInt(padded[OPTION_AT]) == PcpOptions.PORT_SET;
    }

    private void complain(String sentence, byte[] answer) {
        if (complaints.size() < MAX_COMPLAINTS) {
            complaints.add(sentence + ": " + HexFormat.of().formatHex(answer));
        }
    }

    /** Answers that should not have come, each a sentence; at most twenty. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** How many answers a request for a set brought at most, of those that nothing else is like. */
    int mostAnswersToSet() {
        return mostAnswersToSet;
    }
}
