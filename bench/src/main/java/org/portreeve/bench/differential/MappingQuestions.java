package org.portreeve.bench.differential;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.pcp.PcpRequests;

/** MAP and PEER: what is granted, to whom, for how long, and how it ends (RFC 6887 §11 to §15). */
final class MappingQuestions {
    private static final int[] LIFETIMES = {1, 119, 120, 86_400, 86_401, -1};
    private static final int LIFETIME = Requests.LIFETIME_SECONDS;
    private static final int SCTP = 132;

    private final Requests requests;
    private final int firstFreePort;
    private final List<Question> questions = new ArrayList<>();

    private MappingQuestions(Requests requests, int firstFreePort) {
        this.requests = requests;
        this.firstFreePort = firstFreePort;
    }

    /** With external ports that nobody has, from this one on. */
    static List<Question> all(Requests requests, int firstFreePort) {
        var mappings = new MappingQuestions(requests, firstFreePort);
        mappings.grants();
        mappings.lifetimes();
        mappings.nonces();
        mappings.deletions();
        mappings.badPeers();
        mappings.peers();
        return mappings.questions;
    }

    private void ask(String id, String what, byte[]... datagrams) {
        questions.add(new Question(id, what, List.of(datagrams)));
    }

    private byte[] udp(int suggestedPort) {
        return requests.map(PcpRequests.UDP, requests.port(), suggestedPort, LIFETIME);
    }

    private byte[] of(int protocol, int internalPort) {
        return requests.map(protocol, internalPort, 0, LIFETIME);
    }

    private void grants() {
        byte[] same = udp(0);
        ask("PCP-NET-008", "one MAP three times", same, same, same);
        ask("PCP-MAP-010.1", "a MAP for TCP", of(PcpRequests.TCP, requests.port()));
        ask("PCP-MAP-027", "a MAP suggesting a free port", udp(firstFreePort));
        // miniupnpd gives the port after it.
        int contested = firstFreePort + 8;
        ask("PCP-MAP-028", "two MAPs suggesting one port", udp(contested), udp(contested));
        byte[] moved = udp(firstFreePort + 2);
        byte[] again = Requests.suggesting(moved, firstFreePort + 3);
        ask("PCP-MAP-025", "a renewal suggesting another port", moved, again);
        byte[] foreign = Requests.suggesting(udp(0), Requests.address("192.0.2.200"));
        ask("PCP-MAP-029.1", "a MAP suggesting a foreign address", foreign);
        ask("PCP-MAP-029.2", "a MAP suggesting port 80", udp(80));
        ask("PCP-MAP-015", "a MAP of SCTP", of(SCTP, requests.port()));
        ask("PCP-MAP-010.2", "a MAP of protocol 253", of(253, requests.port()));
        ask("PCP-MAP-010.3", "a MAP of ICMP", of(1, requests.port()));
        ask("PCP-MAP-011", "a MAP of all UDP ports", of(PcpRequests.UDP, 0));
        ask("PCP-MAP-012", "a MAP of all protocols", of(0, 0));
        ask("PCP-MAP-013", "a MAP of all protocols with a port", of(0, requests.port()));
    }

    private void lifetimes() {
        int index = 1;
        for (int lifetime : LIFETIMES) {
            byte[] map = requests.map(PcpRequests.UDP, requests.port(), 0, lifetime);
            long seconds = Integer.toUnsignedLong(lifetime);
            ask("PCP-LIFE-001." + index++, "a MAP for " + seconds + " s", map);
        }
        int chosen = requests.between(200, 80_000);
        byte[] map = requests.map(PcpRequests.UDP, requests.port(), 0, chosen);
        ask("PCP-LIFE-001." + index, "a MAP for a time in between", map);
        byte[] first = udp(0);
        ask("PCP-LIFE-004", "a renewal for less", first, Requests.lasting(first, 600));
        ask("PCP-LIFE-003", "a renewal for more", first, Requests.lasting(first, 7_200));
    }

    private void nonces() {
        byte[] map = udp(0);
        ask("PCP-MAP-020.1", "a renewal with another nonce", map, requests.renonced(map));
        byte[] other = udp(0);
        byte[] deletion = Requests.lasting(requests.renonced(other), 0);
        ask("PCP-MAP-020.2", "a deletion with another nonce", other, deletion);
        ask("PCP-MAP-020.3", "what follows such a deletion", other, deletion, other);
        byte[] tcp = of(PcpRequests.TCP, requests.port());
        byte[] shorter = Requests.lasting(requests.renonced(tcp), 120);
        ask("PCP-MAP-020.4", "another nonce and less time", tcp, shorter);
    }

    private void deletions() {
        byte[] map = udp(0);
        byte[] gone = Requests.lasting(map, 0);
        ask("PCP-DEL-001", "a deletion", map, gone);
        ask("PCP-DEL-005.1", "a deletion twice", map, gone, gone);
        byte[] suggesting = udp(firstFreePort + 4);
        byte[] deletion = Requests.lasting(Requests.suggesting(suggesting, 9_999), 0);
        ask("PCP-DEL-002", "a deletion with a suggestion", suggesting, deletion);
        ask("PCP-DEL-005.2", "a deletion of nothing", Requests.lasting(udp(0), 0));
        byte[] all = Requests.lasting(of(PcpRequests.TCP, 0), 0);
        byte[] tcp = of(PcpRequests.TCP, requests.port());
        ask("PCP-DEL-003", "a deletion of all TCP ports, then a renewal", tcp, all, tcp);
        byte[] everything = Requests.lasting(of(0, 0), 0);
        ask("PCP-DEL-004", "a deletion of all protocols, then a renewal", tcp, everything, tcp);
        byte[] invalid = Requests.lasting(of(253, requests.port()), 0);
        ask("PCP-DEL-006", "a deletion of protocol 253", invalid);
    }

    private byte[] peer(String remote) {
        return requests.peer(PcpRequests.UDP, requests.port(), remote, 9_000);
    }

    private void badPeers() {
        int port = requests.port();
        ask("PCP-PEER-003.1", "a PEER of protocol 0", requests.peer(0, port, Lab.INET, 9_000));
        int udp = PcpRequests.UDP;
        ask("PCP-PEER-003.2", "a PEER of port 0", requests.peer(udp, 0, Lab.INET, 9_000));
        ask("PCP-PEER-003.3", "a PEER to port 0", requests.peer(udp, port, Lab.INET, 0));
        ask("PCP-PEER-004", "a PEER of protocol 253", requests.peer(253, port, Lab.INET, 9_000));
        int index = 1;
        for (String remote : List.of("127.0.0.1", "224.0.0.5", "0.0.0.0", "255.255.255.255")) {
            ask("PCP-PEER-005." + index++, "a PEER to " + remote, peer(remote));
        }
        byte[] ipv6 = Requests.changed(peer(Lab.INET), 64, 0x20);
        ask("PCP-PEER-005." + index, "a PEER to an IPv6 address", ipv6);
    }

    private void peers() {
        byte[] peer = peer(Lab.INET);
        ask("PCP-PEER-001", "a PEER", peer);
        ask("PCP-PEER-002", "a PEER twice", peer, peer);
        ask("PCP-PEER-011", "another nonce", peer, requests.renonced(peer));
        ask("PCP-PEER-012", "lifetime 0 where a PEER is", peer, Requests.lasting(peer, 0));
        ask("PCP-PEER-019", "lifetime 0 where none is", Requests.lasting(peer(Lab.INET), 0));
        byte[] free = Requests.suggesting(peer(Lab.INET), firstFreePort + 5);
        ask("PCP-PEER-007", "a PEER suggesting a free port", free);
        byte[] rival = Requests.suggesting(peer(Lab.INET), firstFreePort + 6);
        ask("PCP-PEER-008", "a PEER suggesting a taken port", udp(firstFreePort + 6), rival);
        int port = requests.port();
        byte[] map = of(PcpRequests.UDP, port);
        byte[] beside = requests.peer(PcpRequests.UDP, port, Lab.INET, 9_000);
        ask("PCP-PEER-016", "a PEER beside a MAP", map, beside);
        ask("PCP-PEER-013", "a PEER for TCP", tcpPeer());
    }

    private byte[] tcpPeer() {
        return requests.peer(PcpRequests.TCP, requests.port(), Lab.INET, 9_000);
    }
}
