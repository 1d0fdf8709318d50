package org.portreeve.bench.differential;

import static org.portreeve.testkit.pcp.PcpOptions.description;
import static org.portreeve.testkit.pcp.PcpOptions.filter;
import static org.portreeve.testkit.pcp.PcpOptions.noFilters;
import static org.portreeve.testkit.pcp.PcpOptions.option;
import static org.portreeve.testkit.pcp.PcpOptions.portSet;
import static org.portreeve.testkit.pcp.PcpOptions.preferFailure;
import static org.portreeve.testkit.pcp.PcpOptions.thirdParty;
import static org.portreeve.testkit.pcp.PcpOptions.with;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.pcp.PcpRequests;

/** Options: their form, which there are, and what they ask (RFC 6887 §7.3, §13). */
final class OptionQuestions {
    private static final int FILTER = 3;
    private static final int FILTER_BYTES = 20;
    private static final int OPTIONAL = 200;
    private static final int MANY_FILTERS = 17;
    private static final String PEER = "203.0.113.77";

    private final Requests requests;
    private final int firstFreePort;
    private final List<Question> questions = new ArrayList<>();

    private OptionQuestions(Requests requests, int firstFreePort) {
        this.requests = requests;
        this.firstFreePort = firstFreePort;
    }

    /** With external ports that nobody has, from this one on. */
    static List<Question> all(Requests requests, int firstFreePort) {
        var options = new OptionQuestions(requests, firstFreePort);
        options.form();
        options.unknown();
        options.preferFailures();
        options.thirdParties();
        options.filters();
        options.others();
        return options.questions;
    }

    private void ask(String id, String what, byte[]... datagrams) {
        questions.add(new Question(id, what, List.of(datagrams)));
    }

    private void map(String id, String what, byte[]... options) {
        ask(id, "a MAP with " + what, with(requests.map(), options));
    }

    private void form() {
        map("PCP-OPT-001", "an optional option of 5 octets", option(OPTIONAL, requests.octets(5)));
        map("PCP-OPT-005", "a FILTER of 19 octets", option(FILTER, new byte[19]));
        map("PCP-FLT-001.1", "a FILTER of 24 octets", option(FILTER, new byte[24]));
        byte[] beyond = ByteBuffer.allocate(4).put((byte) 60).putShort(2, (short) 500).array();
        map("PCP-OPT-006.1", "an option longer than the message", beyond);
        byte[] cut = ByteBuffer.allocate(4).put((byte) OPTIONAL).putShort(2, (short) 8).array();
        map("PCP-OPT-006.2", "an optional option longer than the message", cut);
        byte[] protocol = requests.map(253, requests.port(), 0, Requests.LIFETIME_SECONDS);
        ask("PCP-SRV-009", "a MAP with protocol 253 and a broken option", with(protocol, beyond));
    }

    private void unknown() {
        map("PCP-OPT-003.1", "option 60", option(60, requests.octets(4)));
        map("PCP-OPT-003.2", "option 200", option(OPTIONAL, requests.octets(4)));
        int mandatory = requests.between(20, 126);
        map("PCP-OPT-004", "a mandatory option nobody knows", option(mandatory, new byte[0]));
        int optional = requests.between(131, 254);
        map("PCP-OPT-009", "an optional option nobody knows", option(optional, new byte[8]));
        map("PCP-OPT-011.1", "option 0", option(0, new byte[0]));
        map("PCP-OPT-011.2", "option 127", option(127, new byte[0]));
        map("PCP-OPT-011.3", "option 255", option(255, new byte[0]));
        byte[] one = option(OPTIONAL, new byte[4]);
        map("PCP-RSP-005", "optional option, then option 60", one, option(60, new byte[0]));
    }

    private void preferFailures() {
        byte[] free = suggesting(0);
        ask("PCP-PF-001.1", "PREFER_FAILURE for a free port", with(free, preferFailure()));
        byte[] owner = suggesting(1);
        byte[] rival = suggesting(1);
        ask("PCP-PF-001.2", "PREFER_FAILURE for a taken port", owner, with(rival, preferFailure()));
        ask(
                "PCP-PF-001.3",
                "PREFER_FAILURE of 4 octets",
                with(suggesting(2), option(2, new byte[4])));
        map("PCP-PF-002", "PREFER_FAILURE and port 0", preferFailure());
        byte[] foreign = Requests.suggesting(suggesting(3), Requests.address("192.0.2.200"));
        ask("PCP-PF-001.4", "PREFER_FAILURE for a foreign address", with(foreign, preferFailure()));
        byte[] twice = with(suggesting(4), preferFailure(), preferFailure());
        ask("PCP-OPT-007.1", "PREFER_FAILURE twice", twice);
        byte[] port = suggesting(5);
        byte[] deletion = with(Requests.lasting(port, 0), preferFailure());
        ask("PCP-DEL-009.1", "a deletion with PREFER_FAILURE", port, deletion);
        ask("PCP-PEER-009", "a PEER with PREFER_FAILURE", with(peer(), preferFailure()));
    }

    private void thirdParties() {
        map("PCP-TP-002", "THIRD_PARTY for a neighbour", thirdParty(Lab.SUB_OTHER));
        map("PCP-TP-004", "THIRD_PARTY for itself", thirdParty(Lab.SUB));
        map("PCP-TP-001", "THIRD_PARTY of 12 octets", option(1, new byte[12]));
        byte[] twice = thirdParty(Lab.SUB_OTHER);
        map("PCP-OPT-007.2", "THIRD_PARTY twice", twice, twice);
        ask("PCP-TP-003", "a PEER with THIRD_PARTY", with(peer(), thirdParty(Lab.SUB_OTHER)));
        byte[] deletion = with(Requests.lasting(requests.map(), 0), thirdParty(Lab.SUB_OTHER));
        ask("PCP-DEL-010", "a deletion for a neighbour", deletion);
    }

    private void filters() {
        map("PCP-FLT-001.2", "a FILTER", filter(PEER, 32, 0));
        map("PCP-FLT-004", "a FILTER with a port", filter(PEER, 32, 5_000));
        byte[] three = with(filter(PEER, 32, 0), filter(PEER, 32, 1), filter(PEER, 24, 2));
        map("PCP-FLT-010", "three FILTERs", three);
        map("PCP-FLT-002.1", "a FILTER of prefix length 95", prefix(95));
        map("PCP-FLT-002.2", "a FILTER of prefix length 129", prefix(129));
        map("PCP-FLT-003", "a FILTER of prefix length 0", noFilters());
        map("PCP-OPT-008", "a FILTER after one of length 0", noFilters(), filter(PEER, 32, 0));
        byte[] many = new byte[0];
        for (int i = 0; i < MANY_FILTERS; i++) {
            many = with(many, filter(PEER, 32, 1 + i));
        }
        map("PCP-FLT-007", MANY_FILTERS + " FILTERs", many);
        map("PCP-FLT-008", "a good FILTER and a bad one", filter(PEER, 32, 0), prefix(95));
        byte[] ipv6 = prefix(128);
        ipv6[8] = 0x20;
        map("PCP-FLT-009", "a FILTER of an IPv6 peer", ipv6);
        byte[] first = requests.map();
        byte[] added = with(first, filter(PEER, 32, 0));
        ask("PCP-FLT-005", "a FILTER on a mapping that is there", first, added);
        byte[] deletion = with(Requests.lasting(first, 0), filter(PEER, 32, 0));
        ask("PCP-DEL-009.2", "a deletion with a FILTER", first, deletion);
        ask("PCP-OPT-010.2", "a PEER with a FILTER", with(peer(), filter(PEER, 32, 0)));
    }

    private void others() {
        map("PCP-DSC-001", "a DESCRIPTION", description("a door"));
        map("PCP-P64-001", "PREFIX64", option(129, new byte[16]));
        int first = requests.port();
        byte[] one = requests.map(PcpRequests.UDP, first, 0, Requests.LIFETIME_SECONDS);
        ask("PCP-PS-005", "a MAP with PORT_SET for one port", with(one, portSet(1, first, false)));
    }

    private byte[] suggesting(int index) {
        return requests.map(
                PcpRequests.UDP, requests.port(), firstFreePort + index, Requests.LIFETIME_SECONDS);
    }

    private byte[] peer() {
        return requests.peer(PcpRequests.UDP, requests.port(), Lab.INET, 9_000);
    }

    /** A FILTER with a length that counts all 128 bits. */
    private static byte[] prefix(int lengthOf128) {
        byte[] filter = filter(PEER, 32, 0);
        filter[filter.length - FILTER_BYTES + 1] = (byte) lengthOf128;
        return filter;
    }
}
