package org.portreeve.pcp.wire;

import java.util.List;
import java.util.Optional;

/** What requests and responses have to say alike about their options. Any thread. */
final class PcpFields {
    private PcpFields() {}

    static Optional<PcpAddress> thirdParty(List<PcpOption> options) {
        for (PcpOption option : options) {
            if (option instanceof PcpOption.ThirdParty(PcpAddress internal)) {
                return Optional.of(internal);
            }
        }
        return Optional.empty();
    }

    static Optional<RealmId> thirdPartyId(List<PcpOption> options) {
        for (PcpOption option : options) {
            if (option instanceof PcpOption.ThirdPartyId(RealmId realm)) {
                return Optional.of(realm);
            }
        }
        return Optional.empty();
    }

    /** The options, copied; throws when a message of this opcode has no room for them. */
    static List<PcpOption> fitting(Opcode opcode, List<PcpOption> options) {
        if (!fit(opcode, options)) {
            throw new IllegalArgumentException(
                    "the options make " + lengthBytes(options) + " octets");
        }
        return List.copyOf(options);
    }

    /** Whether a message of this opcode has room for the options. */
    static boolean fit(Opcode opcode, List<PcpOption> options) {
        return opcode.minMessageBytes() + lengthBytes(options) <= PcpFormat.MAX_MESSAGE_BYTES;
    }

    static int lengthBytes(List<PcpOption> options) {
        int lengthBytes = 0;
        for (PcpOption option : options) {
            lengthBytes += option.messageBytes();
        }
        return lengthBytes;
    }
}
