package org.portreeve.bench.differential;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.testkit.pcp.PcpRequests;

/** NAT-PMP (RFC 6886), and where it meets PCP. */
final class NatPmpQuestions {
    private static final int MAP_UDP = 1;
    private static final int MAP_TCP = 2;
    private static final int LIFETIME = Requests.LIFETIME_SECONDS;

    private final Requests requests;
    private final int firstFreePort;
    private final List<Question> questions = new ArrayList<>();

    private NatPmpQuestions(Requests requests, int firstFreePort) {
        this.requests = requests;
        this.firstFreePort = firstFreePort;
    }

    /** With external ports that nobody has, from this one on. */
    static List<Question> all(Requests requests, int firstFreePort) {
        var natPmp = new NatPmpQuestions(requests, firstFreePort);
        natPmp.forms();
        natPmp.mappings();
        natPmp.deletions();
        natPmp.besidePcp();
        return natPmp.questions;
    }

    private void ask(String id, String what, byte[]... datagrams) {
        questions.add(new Question(id, what, List.of(datagrams)));
    }

    private byte[] udp(int suggestedPort) {
        return Requests.natPmp(MAP_UDP, requests.port(), suggestedPort, LIFETIME);
    }

    private void forms() {
        ask("NPM-020", "the external address", new byte[2]);
        ask("NPM-003", "a response", new byte[] {0, (byte) 128});
        ask("NPM-004.1", "opcode 7, 12 octets", Requests.changed(udp(0), 1, 7));
        ask("NPM-004.2", "an opcode nobody knows", new byte[] {0, (byte) requests.between(3, 127)});
        ask("NPM-006.1", "one octet", new byte[1]);
        ask("NPM-006.2", "a mapping request of 11 octets", Requests.sized(udp(0), 11));
        ask("NPM-006.3", "a mapping request of 16 octets", Requests.sized(udp(0), 16));
        ask("NPM-006.4", "the external address, 8 octets", new byte[8]);
    }

    private void mappings() {
        ask("NPM-031.1", "a UDP mapping", udp(0));
        ask("NPM-031.2", "a TCP mapping", Requests.natPmp(MAP_TCP, requests.port(), 0, LIFETIME));
        ask("NPM-030", "reserved octets set", Requests.changed(udp(0), 3, 0xff));
        ask("NPM-034.1", "a free port suggested", udp(firstFreePort));
        byte[] map = udp(firstFreePort + 1);
        byte[] again = Requests.changed(map, 7, firstFreePort + 2);
        ask("NPM-039", "a renewal suggesting another port", map, again);
        ask("NPM-034.2", "a taken port suggested", udp(firstFreePort + 3), udp(firstFreePort + 3));
        ask("NPM-048", "internal port 0", Requests.natPmp(MAP_UDP, 0, 0, LIFETIME));
        int port = requests.port();
        ask("NPM-040.1", "60 s", Requests.natPmp(MAP_UDP, port, 0, 60));
        int longest = 1_000_000_000;
        ask("NPM-040.2", "10^9 s", Requests.natPmp(MAP_UDP, requests.port(), 0, longest));
    }

    private void deletions() {
        int port = requests.port();
        byte[] map = Requests.natPmp(MAP_UDP, port, 0, LIFETIME);
        byte[] gone = Requests.natPmp(MAP_UDP, port, 0, 0);
        ask("NPM-060", "a deletion", map, gone);
        ask("NPM-061", "a deletion with a port", map, Requests.natPmp(MAP_UDP, port, 9_999, 0));
        ask("NPM-062.1", "a deletion twice", map, gone, gone);
        byte[] never = Requests.natPmp(MAP_UDP, requests.port(), 0, 0);
        ask("NPM-062.2", "a deletion of nothing", never);
    }

    private void besidePcp() {
        int port = requests.port();
        byte[] pcp = requests.map(PcpRequests.UDP, port, 0, LIFETIME);
        byte[] read = Requests.natPmp(MAP_UDP, port, 0, LIFETIME);
        ask("NPM-052.1", "a renewal of what PCP made", pcp, read);
        ask("NPM-064", "a deletion of what PCP made", pcp, Requests.natPmp(MAP_UDP, port, 0, 0));
        byte[] own = udp(0);
        int taken = Byte.toUnsignedInt(own[4]) << 8 | Byte.toUnsignedInt(own[5]);
        byte[] over = requests.map(PcpRequests.UDP, taken, 0, LIFETIME);
        ask("NPM-052.2", "PCP over a mapping of NAT-PMP", own, over);
        ask("NPM-065", "a deletion of all UDP mappings", own, Requests.natPmp(MAP_UDP, 0, 0, 0));
    }
}
