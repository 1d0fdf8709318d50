package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Chip;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Term;
import org.portreeve.admin.page.part.Tone;
import org.portreeve.admin.page.part.Use;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.web.NodeFacts;

/**
 * The node at a glance: what the page says before, and without, its script. Immutable.
 *
 * @param about names and values
 */
public record OverviewModel(Frame frame, NodeFacts facts, List<Term> about) {
    /** External addresses that are named before the rest is counted. */
    private static final int ADDRESSES = 4;

    /** Takes a copy of the list. */
    public OverviewModel {
        about = List.copyOf(about);
    }

    /** The overview of these facts. */
    public static OverviewModel of(Frame frame, NodeFacts facts) {
        return new OverviewModel(
                frame,
                facts,
                List.of(
                        new Term("Version", facts.version()),
                        new Term("Running for", Words.duration(facts.uptimeSeconds())),
                        new Term("Shards", Words.count(facts.shards())),
                        new Term("External addresses", addresses(facts.poolAddresses()))));
    }

    private static String addresses(List<String> pool) {
        String named = String.join(", ", pool.stream().limit(ADDRESSES).toList());
        int more = pool.size() - ADDRESSES;
        return more > 0 ? named + " and " + Words.count(more) + " more" : named;
    }

    /** What was ever answered. */
    public List<NodeFacts.AnswerCount> answers() {
        return facts.answers().stream().filter(answer -> answer.count() > 0).toList();
    }

    /** Whether all is well. */
    public Chip state() {
        return facts.ready() ? new Chip(Tone.GOOD, "Ready") : new Chip(Tone.BAD, "Not ready");
    }

    /** How much of the pool is used. */
    public Use ports() {
        return new Use("Ports", facts.holdings().portsUsed(), facts.holdings().portsTotal());
    }

    /** Mappings that traffic made: what is neither a lease nor a reservation. */
    public long implicitMappings() {
        NodeFacts.Holdings holdings = facts.holdings();
        return Math.max(0, holdings.mappings() - holdings.leases() - holdings.reservations());
    }

    /** The state of a service. */
    public Chip health(NodeFacts.ServiceHealth service) {
        return service.healthy() ? new Chip(Tone.GOOD, "Answers") : new Chip(Tone.BAD, "Fails");
    }
}
