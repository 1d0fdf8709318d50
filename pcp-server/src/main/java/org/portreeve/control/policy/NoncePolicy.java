package org.portreeve.control.policy;

import java.util.Locale;

/** What a PCP request may do to a mapping that was made with another nonce (RFC 6887 §11.3). */
public enum NoncePolicy {
    /** Nothing: whoever does not know the nonce is refused, as the RFC has it. */
    STRICT,
    /** Prolong it, as a router does that forgot its nonces; neither shorten, change nor end it. */
    RENEW_ONLY,
    /** Everything: the internal address alone decides, and the nonce becomes the new one. */
    OFF;

    /** The policy of this word; throws when there is none. */
    public static NoncePolicy of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
