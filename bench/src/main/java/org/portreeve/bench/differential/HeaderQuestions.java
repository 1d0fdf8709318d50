package org.portreeve.bench.differential;

import static org.portreeve.testkit.pcp.PcpOptions.option;
import static org.portreeve.testkit.pcp.PcpOptions.with;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.pcp.PcpRequests;

/** Sizes, versions, opcodes and the fields of the header (RFC 6887 §7, §8.2, §9, §14). */
final class HeaderQuestions {
    private static final int VERSION = 0;
    private static final int OPCODE = 1;
    private static final int RESERVED = 2;
    private static final int CLIENT_TAIL = 23;
    private static final int UNKNOWN_OPTION = 200;

    private final Requests requests;
    private final List<Question> questions = new ArrayList<>();

    private HeaderQuestions(Requests requests) {
        this.requests = requests;
    }

    static List<Question> all(Requests requests) {
        var header = new HeaderQuestions(requests);
        header.sizes();
        header.versions();
        header.opcodes();
        header.fields();
        header.announcements();
        return header.questions;
    }

    private void ask(String id, String what, byte[]... datagrams) {
        questions.add(new Question(id, what, List.of(datagrams)));
    }

    private void sizes() {
        ask("PCP-SRV-001.1", "an empty datagram", new byte[0]);
        ask("PCP-SRV-001.2", "one octet, version 2", new byte[] {2});
        ask("PCP-SRV-004.1", "23 octets of a MAP", Requests.sized(requests.map(), 23));
        ask("PCP-SRV-004.2", "8 octets of a MAP", Requests.sized(requests.map(), 8));
        ask("PCP-SRV-004.3", "23 octets of an ANNOUNCE", Requests.sized(announce(), 23));
        ask("PCP-SRV-006.1", "a MAP of 24 octets", Requests.sized(requests.map(), 24));
        ask("PCP-SRV-006.2", "a MAP of 56 octets", Requests.sized(requests.map(), 56));
        int odd = 60 + requests.between(1, 3);
        ask("PCP-SRV-006.3", "a MAP of 61 to 63 octets", Requests.sized(requests.map(), odd));
        ask("PCP-SRV-006.4", "a PEER of 76 octets", Requests.sized(peer(), 76));
        byte[] most = option(UNKNOWN_OPTION, requests.octets(1_036));
        ask("PCP-SRV-006.5", "a MAP of 1100 octets", with(requests.map(), most));
        byte[] more = option(UNKNOWN_OPTION, requests.octets(1_040));
        ask("PCP-SRV-006.6", "a MAP of 1104 octets", with(requests.map(), more));
        byte[] odder = Requests.sized(with(requests.map(), most), 1_102);
        ask("PCP-SRV-006.7", "a MAP of 1102 octets", odder);
        ask("PCP-SRV-002.1", "a response", Requests.changed(requests.map(), OPCODE, 0x81));
        byte[] foreign = Requests.changed(requests.map(), OPCODE, 0x81);
        ask("PCP-SRV-002.2", "a response of version 9", Requests.changed(foreign, VERSION, 9));
    }

    private void versions() {
        ask("PCP-VER-002", "a MAP of version 1", Requests.changed(requests.map(), VERSION, 1));
        ask("PCP-VER-001.1", "a MAP of version 3", Requests.changed(requests.map(), VERSION, 3));
        int any = requests.between(4, 254);
        ask("PCP-VER-001.2", "a MAP of a version above", version(requests.map(), any));
        ask("PCP-VER-001.3", "a MAP of version 255", version(requests.map(), 255));
        ask("PCP-VER-001.4", "an ANNOUNCE of version 3", version(announce(), 3));
        ask("PCP-VER-001.5", "unknown opcode, version 3", version(opcode(announce(), 90), 3));
        ask("PCP-SRV-003", "30 octets of version 3", Requests.sized(version(announce(), 3), 30));
        ask("PCP-RSP-008.1", "2 octets of version 9", new byte[] {9, 1});
        ask("PCP-RSP-008.2", "20 octets of version 9", Requests.sized(new byte[] {9, 1}, 20));
    }

    private void opcodes() {
        ask("PCP-SRV-008.1", "opcode 3, 24 octets", opcode(announce(), 3));
        int any = requests.between(4, 126);
        ask("PCP-SRV-008.2", "an opcode nobody knows", opcode(announce(), any));
        ask("PCP-SRV-008.3", "opcode 127", opcode(announce(), 127));
        byte[] data = Requests.sized(opcode(announce(), 50), 64);
        ask("PCP-RSP-007", "opcode 50 with data", data);
        byte[] elsewhere = Requests.changed(opcode(announce(), 50), CLIENT_TAIL, 99);
        ask("PCP-SRV-007.4", "opcode 50 and another client address", elsewhere);
    }

    private void fields() {
        byte[] reserved = Requests.changed(requests.map(), RESERVED, 0xff);
        ask("PCP-HDR-001.1", "a MAP with reserved octets set", Requests.changed(reserved, 3, 0xff));
        ask(
                "PCP-HDR-001.2",
                "a MAP with its reserved octets set",
                Requests.changed(map(), 38, 0xff));
        ask("PCP-SRV-007.1", "a MAP in another name", Requests.changed(map(), CLIENT_TAIL, 99));
        ask("PCP-SRV-007.2", "a PEER in another name", Requests.changed(peer(), CLIENT_TAIL, 99));
        byte[] almost = Requests.changed(map(), 8, 0x20);
        ask("PCP-HDR-004", "a client address almost IPv4-mapped", almost);
        byte[] none = map();
        for (int place = 18; place <= CLIENT_TAIL; place++) {
            none = Requests.changed(none, place, 0);
        }
        ask("PCP-SRV-007.3", "client address ::", none);
        ask("PCP-HDR-005.1", "suggested address ::", Requests.suggesting(map(), new byte[16]));
        ask("PCP-HDR-005.2", "suggested address 0.0.0.0", map());
    }

    private void announcements() {
        ask("PCP-ANN-001", "an ANNOUNCE", announce());
        ask("PCP-ANN-002", "an ANNOUNCE of lifetime 77", Requests.lasting(announce(), 77));
        byte[] elsewhere = Requests.changed(announce(), CLIENT_TAIL, 99);
        ask("PCP-ANN-003", "an ANNOUNCE in another name", elsewhere);
        ask(
                "PCP-OPT-012",
                "an ANNOUNCE with PREFIX64",
                with(announce(), option(129, new byte[16])));
        ask(
                "PCP-OPT-010.1",
                "an ANNOUNCE with THIRD_PARTY",
                with(announce(), option(1, new byte[16])));
        ask("PCP-SRV-006.8", "an ANNOUNCE of 26 octets", Requests.sized(announce(), 26));
    }

    private byte[] map() {
        return requests.map();
    }

    private byte[] peer() {
        return requests.peer(PcpRequests.UDP, requests.port(), Lab.INET, 9_000);
    }

    private static byte[] announce() {
        return PcpRequests.announce(Lab.SUB);
    }

    private static byte[] version(byte[] request, int version) {
        return Requests.changed(request, VERSION, version);
    }

    private static byte[] opcode(byte[] request, int opcode) {
        return Requests.changed(request, OPCODE, opcode);
    }
}
