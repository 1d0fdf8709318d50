package org.portreeve.pcp;

import org.portreeve.control.Description;

/**
 * What a reload can change of the servers of PCP and NAT-PMP. Immutable.
 *
 * @param enabled whether PCP is answered; if not, its IPv4 clients are told that this node speaks
 *     NAT-PMP (RFC 6886 §3.5)
 * @param natPmp whether NAT-PMP is answered; if not, its clients are told that this node speaks PCP
 *     (RFC 6887 App. A)
 * @param announce how starts are announced
 * @param thirdParties who may ask for mappings of other hosts
 * @param nat64 what hosts are told of a NAT64
 * @param descriptionBytes where a description is cut, 1 to {@link Description#MAX_BYTES}
 */
public record PcpSettings(
        boolean enabled,
        boolean natPmp,
        AnnounceSettings announce,
        ThirdParties thirdParties,
        Nat64Prefixes nat64,
        int descriptionBytes) {
    /** What holds unless somebody says otherwise. */
    public static final PcpSettings USUAL =
            new PcpSettings(
                    true, true, AnnounceSettings.USUAL, ThirdParties.NONE, Nat64Prefixes.NONE);

    /** Those that keep descriptions as long as they can be. */
    public PcpSettings(
            boolean enabled,
            boolean natPmp,
            AnnounceSettings announce,
            ThirdParties thirdParties,
            Nat64Prefixes nat64) {
        this(enabled, natPmp, announce, thirdParties, nat64, Description.MAX_BYTES);
    }
}
