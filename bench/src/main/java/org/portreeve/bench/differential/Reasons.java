package org.portreeve.bench.differential;

import java.util.List;
import java.util.Optional;

/** Why the answers to some questions differ, and who is right. */
final class Reasons {
    /** All of them, in the order of the page. */
    static final List<Reason> ALL =
            List.of(
                    new Reason(
                            "Errors that name no time",
                            Right.OURS,
                            "An error tells how long it will stay so: 1800 s, or 30 s for what passes soon (RFC 6887 §7.4)."
                                    + " miniupnpd says 0, after which a client may ask again at once. What could not be parsed keeps"
                                    + " octets 12 to 23 of the request (§7.2).",
                            "PCP-SRV-006.1 PCP-SRV-006.2 PCP-SRV-006.4 PCP-VER-001.1 PCP-VER-001.2 PCP-VER-001.3"
                                    + " PCP-VER-001.4 PCP-VER-001.5 PCP-SRV-008.1 PCP-SRV-008.2 PCP-SRV-008.3 PCP-RSP-007"
                                    + " PCP-SRV-007.1 PCP-SRV-007.2 PCP-SRV-007.3 PCP-HDR-004 PCP-OPT-005 PCP-FLT-001.1"
                                    + " PCP-OPT-006.1 PCP-OPT-006.2 PCP-SRV-009 PCP-OPT-003.1 PCP-OPT-004 PCP-OPT-011.1"
                                    + " PCP-OPT-011.2 PCP-RSP-005 PCP-PF-001.3 PCP-PF-001.4 PCP-PF-002 PCP-OPT-007.1"
                                    + " PCP-PEER-009 PCP-TP-002 PCP-TP-003 PCP-TP-004 PCP-DEL-010 PCP-MAP-013 PCP-PEER-003.1"),
                    new Reason(
                            "Sizes",
                            Right.OURS,
                            "Fewer than 24 octets of version 2 are dropped; what is no multiple of four, or over 1100 octets, is"
                                    + " MALFORMED_REQUEST; a version that is not spoken is told in 24 octets at least (RFC 6887 §8.2, §9)."
                                    + " miniupnpd reads some of these as NAT-PMP, drops them, or carries them out.",
                            "PCP-SRV-004.1 PCP-SRV-004.2 PCP-SRV-004.3 PCP-SRV-006.3 PCP-SRV-006.6 PCP-SRV-006.7 PCP-SRV-006.8"
                                    + " PCP-SRV-003 PCP-RSP-008.1 PCP-RSP-008.2"),
                    new Reason(
                            "Version 1",
                            Right.OURS,
                            "No RFC has a PCP of version 1; miniupnpd speaks that of an old draft.",
                            "PCP-VER-002"),
                    new Reason(
                            "Another client address",
                            Right.OURS,
                            "The address in the header is compared for every opcode, and before the opcode is looked at (RFC 6887"
                                    + " §8.2, §14.1.1).",
                            "PCP-SRV-007.4 PCP-ANN-003"),
                    new Reason(
                            "ANNOUNCE",
                            Right.OURS,
                            "Its answer has lifetime 0 whatever was asked (RFC 6887 §14.1.1), and an option that is not to be in it"
                                    + " is an error (§7.3).",
                            "PCP-ANN-002 PCP-OPT-010.1"),
                    new Reason(
                            "Reserved octets",
                            Right.OURS,
                            "They are sent as zero (RFC 6887 §11.1); miniupnpd sends back what came.",
                            "PCP-HDR-001.2"),
                    new Reason(
                            "Options that were not processed",
                            Right.OURS,
                            "A success has the options that were processed and no others (RFC 6887 §7.3). miniupnpd sends all of"
                                    + " them back, as if it had.",
                            "PCP-SRV-006.5 PCP-OPT-003.2 PCP-OPT-009 PCP-OPT-011.3 PCP-OPT-012 PCP-P64-001"),
                    new Reason(
                            "Options of odd lengths",
                            Right.OURS,
                            "The length of an option does not count its padding (RFC 6887 §7.3). miniupnpd takes any that is no"
                                    + " multiple of four for damaged, and so every DESCRIPTION of such a length (RFC 7220).",
                            "PCP-OPT-001 PCP-DSC-001 PCP-PS-005"),
                    new Reason(
                            "PREFER_FAILURE",
                            Right.OURS,
                            "Exactly the tuple that was suggested, or CANNOT_PROVIDE_EXTERNAL (RFC 6887 §13.2); not with lifetime 0"
                                    + " (§11.3). miniupnpd gives another port.",
                            "PCP-PF-001.2 PCP-DEL-009.1"),
                    new Reason(
                            "FILTER",
                            Right.OURS,
                            "Prefix lengths of IPv4 peers are 96 to 128, peers are of the mapping's family, too many filters are"
                                    + " refused and so are those of a deletion or a PEER (RFC 6887 §13.3, §7.3). miniupnpd grants most of"
                                    + " these and says that it did.",
                            "PCP-FLT-002.1 PCP-FLT-002.2 PCP-FLT-007 PCP-FLT-008 PCP-FLT-009 PCP-DEL-009.2 PCP-OPT-010.2"),
                    new Reason(
                            "THIRD_PARTY in bad form",
                            Right.BOTH,
                            "Portreeve does not look into an option that this client may not use (RFC 6887 §7.3, §13.1).",
                            "PCP-TP-001 PCP-OPT-007.2"),
                    new Reason(
                            "A renewal that suggests another port",
                            Right.OURS,
                            "A mapping that is there keeps its external tuple (RFC 6887 §11.3, RFC 6886 §3.3). miniupnpd moves it.",
                            "PCP-MAP-025 NPM-039"),
                    new Reason(
                            "Well-known external ports",
                            Right.BOTH,
                            "Which ports are given is policy: Portreeve keeps its pool's lowest ones, which its operator may change"
                                    + " (`ports`), and gives another (RFC 6887 §11.3).",
                            "PCP-MAP-029.2"),
                    new Reason(
                            "Protocols",
                            Right.OURS,
                            "What the translator cannot translate by port is UNSUPP_PROTOCOL, and so is all of a protocol, or of"
                                    + " all, for a host that shares its external address (RFC 6887 §11.3).",
                            "PCP-MAP-010.2 PCP-MAP-010.3 PCP-MAP-011 PCP-MAP-012 PCP-MAP-015 PCP-PEER-004"),
                    new Reason(
                            "Another nonce",
                            Right.OURS,
                            "Whoever has another nonce neither renews nor shortens, and is told how long the mapping still lives"
                                    + " (RFC 6887 §11.3, §12.3). miniupnpd asks for the nonce when it deletes a MAP alone, and"
                                    + " then answers with lifetime 0 and the tuple of the owner.",
                            "PCP-MAP-020.1 PCP-MAP-020.2 PCP-MAP-020.3 PCP-MAP-020.4 PCP-PEER-011"),
                    new Reason(
                            "Deletions",
                            Right.OURS,
                            "A deletion of nothing succeeds, so that a repetition looks like the first one, and what was suggested"
                                    + " comes back (RFC 6887 §15.1).",
                            "PCP-DEL-001 PCP-DEL-002 PCP-DEL-003 PCP-DEL-004 PCP-DEL-005.1 PCP-DEL-005.2 PCP-DEL-006"),
                    new Reason(
                            "PEERs to nowhere",
                            Right.OURS,
                            "Ports are not zero, and the remote peer is an address that packets may go to (RFC 6887 §12.1, §12.3).",
                            "PCP-PEER-003.2 PCP-PEER-003.3 PCP-PEER-005.1 PCP-PEER-005.2 PCP-PEER-005.3 PCP-PEER-005.4"
                                    + " PCP-PEER-005.5"),
                    new Reason(
                            "PEERs that only ask, and those for a port that is taken",
                            Right.OURS,
                            "Lifetime 0 reports the time that is left; a suggestion that cannot be had is"
                                    + " CANNOT_PROVIDE_EXTERNAL (RFC 6887 §12.1, §12.3).",
                            "PCP-PEER-008 PCP-PEER-012 PCP-PEER-019"),
                    new Reason(
                            "Opcodes that NAT-PMP does not know",
                            Right.OURS,
                            "The whole request comes back (RFC 6886 §3.5), not eight octets.",
                            "NPM-004.1 NPM-004.2"),
                    new Reason(
                            "Lifetimes of NAT-PMP",
                            Right.OURS,
                            "No more than the configured 86,400 s (RFC 6886 §3.3 lets a gateway reduce it), and 0 where nothing was"
                                    + " made.",
                            "NPM-040.2 NPM-048"),
                    new Reason(
                            "NAT-PMP over mappings of PCP",
                            Right.BOTH,
                            "RFC 6886 does not speak of it. NAT-PMP has no nonce; a mapping with one is not deleted without it by"
                                    + " Portreeve, and of all mappings the rest is.",
                            "NPM-064 NPM-065"));

    private Reasons() {}

    /** Whom the RFCs agree with. */
    enum Right {
        /** The product. */
        OURS("Portreeve is right."),
        /** Both, for it is a matter of choice. */
        BOTH("Both are right.");

        private final String sentence;

        Right(String sentence) {
            this.sentence = sentence;
        }

        String sentence() {
            return sentence;
        }
    }

    /**
     * One reason for some differences. Immutable.
     *
     * @param title in a few words
     * @param right who is right
     * @param why the reason, with the section of the RFC
     * @param questions their ids, divided by spaces
     */
    record Reason(String title, Right right, String why, String questions) {
        List<String> ids() {
            return List.of(questions.split(" ", -1));
        }
    }

    /** That of one question. */
    static Optional<Reason> of(String id) {
        return ALL.stream().filter(reason -> reason.ids().contains(id)).findFirst();
    }
}
