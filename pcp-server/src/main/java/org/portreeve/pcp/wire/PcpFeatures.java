package org.portreeve.pcp.wire;

import java.util.HashSet;
import java.util.Set;

/**
 * What a server offers to the sender of a datagram; the rest is refused as not supported, as if it
 * were unknown. Immutable.
 *
 * @param opcodes the operations
 * @param options the options
 * @param natPmp whether version 0 is for a NAT-PMP handler rather than refused (RFC 6887 App. A)
 */
public record PcpFeatures(Set<Opcode> opcodes, Set<OptionCode> options, boolean natPmp) {
    /** Everything that this package can read. */
    public static final PcpFeatures ALL =
            new PcpFeatures(Set.of(Opcode.values()), Set.of(OptionCode.values()), true);

    /** Copies the sets. */
    public PcpFeatures {
        opcodes = Set.copyOf(opcodes);
        options = Set.copyOf(options);
    }

    /** The same with one option more. */
    public PcpFeatures with(OptionCode option) {
        Set<OptionCode> more = new HashSet<>(options);
        more.add(option);
        return new PcpFeatures(opcodes, more, natPmp);
    }
}
