package org.portreeve.daemon.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.record.AdminCounters;
import org.portreeve.control.ControlCounter;
import org.portreeve.control.ControlCounters;
import org.portreeve.control.history.HistoryCounter;
import org.portreeve.control.history.HistoryCounters;
import org.portreeve.control.journal.JournalCounter;
import org.portreeve.control.journal.JournalCounters;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.Telemetry;
import org.portreeve.nat.shard.Translator;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.natpmp.NatPmpCounters;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.PcpCounters;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.counter.UpnpCounters;

/**
 * Everything a node counts, as Prometheus metrics. What the parts publish is read when somebody
 * scrapes; nothing is copied in between. Any thread.
 */
public final class NodeMetrics {
    /** Metrics that have a label. */
    public enum Labelled {
        /** Of each shard. */
        SESSIONS("nat_sessions", "shard", "Sessions in use"),
        /** Of each shard. */
        MAPPINGS("nat_mappings", "shard", "Mappings in use, those whose port rests included"),
        /** Of each kind of event. */
        EVENTS("nat_events_total", "kind", "What shards reported through their telemetry, by kind");

        private final String metric;
        private final String label;
        private final String help;

        Labelled(String metric, String label, String help) {
            this.metric = metric;
            this.label = label;
            this.help = help;
        }

        /** Its name in Prometheus, with the name of the label in braces. */
        public String metricName() {
            return metric + "{" + label + "}";
        }

        /** What it says, for operators. */
        public String help() {
            return help;
        }
    }

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** The counters of the translator, and how full its tables are. */
    public void add(Translator translator) {
        for (NatCounter counter : NatCounter.values()) {
            count(
                    counter.metricName(),
                    counter.help(),
                    translator,
                    source -> source.counters().get(counter));
        }
        int index = 0;
        for (Shard shard : translator.shards()) {
            String number = Integer.toString(index++);
            gauge(Labelled.SESSIONS, number, () -> shard.occupancy().sessions());
            gauge(Labelled.MAPPINGS, number, () -> shard.occupancy().mappings());
        }
    }

    /** Events of the shards, by kind. */
    public void add(TelemetryWatch watch) {
        for (Telemetry.Kind kind : Telemetry.Kind.values()) {
            var events = Labelled.EVENTS;
            FunctionCounter.builder(events.metric, watch, source -> source.count(kind))
                    .description(events.help)
                    .tag(events.label, kind.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    /** The counters of port control. */
    public void add(ControlCounters counters) {
        for (ControlCounter counter : ControlCounter.values()) {
            count(counter.metricName(), counter.help(), counters, source -> source.value(counter));
        }
    }

    /** The counters of the PCP server. */
    public void add(PcpCounters counters) {
        for (PcpCounter counter : PcpCounter.values()) {
            count(counter.metricName(), counter.help(), counters, source -> source.value(counter));
        }
    }

    /** The counters of the NAT-PMP server. */
    public void add(NatPmpCounters counters) {
        for (NatPmpCounter counter : NatPmpCounter.values()) {
            count(counter.metricName(), counter.help(), counters, source -> source.value(counter));
        }
    }

    /** The counters of the UPnP gateway. */
    public void add(UpnpCounters counters) {
        for (UpnpCounter counter : UpnpCounter.values()) {
            count(counter.metricName(), counter.help(), counters, source -> source.value(counter));
        }
    }

    /** The counters of the admin server. */
    public void add(AdminCounters counters) {
        for (AdminCounter counter : AdminCounter.values()) {
            count(counter.metricName(), counter.help(), counters, source -> source.value(counter));
        }
    }

    /** The counters of the journal. */
    public void add(JournalCounters counters) {
        for (JournalCounter counter : JournalCounter.values()) {
            count(counter.metricName(), counter.help(), counters, source -> source.value(counter));
        }
    }

    /** The counters of the history. */
    public void add(HistoryCounters counters) {
        for (HistoryCounter counter : HistoryCounter.values()) {
            count(counter.metricName(), counter.help(), counters, source -> source.value(counter));
        }
    }

    /** The text that Prometheus reads. */
    public String scrape() {
        return registry.scrape();
    }

    private <T> void count(String name, String help, T source, ToDoubleFunction<T> value) {
        FunctionCounter.builder(name, source, value).description(help).register(registry);
    }

    private void gauge(Labelled gauge, String shard, Supplier<Number> value) {
        Gauge.builder(gauge.metric, value)
                .description(gauge.help)
                .tag(gauge.label, shard)
                .register(registry);
    }
}
