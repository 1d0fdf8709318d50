package org.portreeve.daemon;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.portreeve.admin.web.NodeFacts;
import org.portreeve.admin.web.NodeFacts.AnswerCount;
import org.portreeve.admin.web.NodeFacts.Holdings;
import org.portreeve.admin.web.NodeFacts.ServiceHealth;
import org.portreeve.admin.web.NodeFacts.Traffic;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.Sizes;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.shard.Translator;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.socket.Clocks;
import org.portreeve.upnp.counter.UpnpCounter;

/**
 * What a node tells of itself, read from the counters that its parts publish. Any thread; what only
 * port control knows is asked every second.
 */
final class FactsSource {
    private static final long REFRESH_MILLIS = 1_000;
    private static final String ANSWERED = "ANSWERED_";

    /** TCP ports, UDP ports and ICMP identifiers. */
    private static final long PROTOCOLS = 3;

    private final NodeConfig config;
    private final Clocks clocks;
    private final BooleanSupplier ready;
    private final Translator translator;
    private final Counters<PcpCounter> pcp;
    private final Counters<NatPmpCounter> natPmp;
    private final Gateway gateway;
    private final Supplier<NodeConfig> inForce;
    private final String pcpAddresses;
    private final long startNs;
    private final AtomicReference<Sizes> sizes = new AtomicReference<>(new Sizes(0, 0, 0, 0, 0));

    FactsSource(
            NodeConfig config,
            Clocks clocks,
            BooleanSupplier ready,
            Supplier<NodeConfig> inForce,
            Translator translator,
            Counters<PcpCounter> pcp,
            Counters<NatPmpCounter> natPmp,
            Gateway gateway) {
        this.config = config;
        this.clocks = clocks;
        this.ready = ready;
        this.inForce = inForce;
        this.translator = translator;
        this.pcp = pcp;
        this.natPmp = natPmp;
        this.gateway = gateway;
        pcpAddresses = String.join(" ", config.pcp().endpoints());
        startNs = clocks.nowNs().getAsLong();
    }

    /** Asks port control now and then, as long as this Vert.x lives. */
    void follow(Vertx vertx, Desk desk) {
        vertx.setPeriodic(0, REFRESH_MILLIS, _ -> desk.sizes().thenAccept(sizes::set));
    }

    NodeFacts facts() {
        Map<NatCounter, Long> counts = translator.counters();
        return new NodeFacts(
                config.node(),
                Version.TEXT,
                TimeUnit.NANOSECONDS.toSeconds(clocks.nowNs().getAsLong() - startNs),
                ready.getAsBoolean(),
                pool().addresses().stream().map(Ipv4::format).toList(),
                config.nat().shardCount(),
                holdings(),
                traffic(counts),
                answers(),
                services());
    }

    private Pool pool() {
        return inForce.get().nat().pool();
    }

    private Holdings holdings() {
        Sizes now = sizes.get();
        long sessions = 0;
        long mappings = 0;
        for (var shard : translator.shards()) {
            sessions += shard.occupancy().sessions();
            mappings += shard.occupancy().mappings();
        }
        long ports = (long) pool().ports().size() * pool().addresses().size() * PROTOCOLS;
        return new Holdings(
                now.subscribers(),
                now.leases(),
                now.reservations(),
                now.holds(),
                sessions,
                mappings,
                mappings,
                ports);
    }

    private static Traffic traffic(Map<NatCounter, Long> counts) {
        long drops =
                counts.entrySet().stream()
                        .filter(count -> count.getKey().isDrop())
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        return new Traffic(
                counts.get(NatCounter.OUTBOUND_PACKETS),
                counts.get(NatCounter.INBOUND_PACKETS),
                counts.get(NatCounter.OUTBOUND_OCTETS),
                counts.get(NatCounter.INBOUND_OCTETS),
                drops);
    }

    private List<AnswerCount> answers() {
        var answers = new ArrayList<AnswerCount>();
        for (PcpCounter counter : PcpCounter.values()) {
            addAnswer(answers, "PCP", counter.name(), pcp.value(counter));
        }
        for (NatPmpCounter counter : NatPmpCounter.values()) {
            addAnswer(answers, "NAT-PMP", counter.name(), natPmp.value(counter));
        }
        long actions = gateway.counters().value(UpnpCounter.ACTIONS);
        long refused = gateway.counters().value(UpnpCounter.ACTIONS_REFUSED);
        answers.add(new AnswerCount("UPnP", "SUCCESS", Math.max(0, actions - refused)));
        answers.add(new AnswerCount("UPnP", "FAULT", refused));
        return answers;
    }

    private static void addAnswer(
            List<AnswerCount> answers, String protocol, String counter, long count) {
        if (counter.startsWith(ANSWERED)) {
            answers.add(new AnswerCount(protocol, counter.substring(ANSWERED.length()), count));
        }
    }

    private List<ServiceHealth> services() {
        var services = new ArrayList<ServiceHealth>();
        // A part that breaks ends the node; what is configured answers as long as it runs.
        if (inForce.get().pcp().settings().enabled()) {
            services.add(new ServiceHealth("PCP", pcpAddresses, true, ""));
        }
        if (inForce.get().pcp().settings().natPmp()) {
            services.add(new ServiceHealth("NAT-PMP", pcpAddresses, true, ""));
        }
        if (gateway.isOffered()) {
            boolean healthy = gateway.isHealthy();
            String detail = healthy ? "" : "starting";
            services.add(new ServiceHealth("UPnP", gateway.where(), healthy, detail));
        }
        services.add(new ServiceHealth("Admin UI", config.admin().listen().toString(), true, ""));
        services.add(new ServiceHealth("Metrics", config.metrics().toString(), true, ""));
        return services;
    }
}
