package org.portreeve.daemon.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.portreeve.control.ControlCounter;
import org.portreeve.control.ControlCounters;
import org.portreeve.control.counter.Counter;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.event.EventFeed;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.io.linux.KernelDrops;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.Translator;

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
        EVENTS(
                "nat_events_total",
                "kind",
                "Events that were told, by kind; events.kinds says which are");

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

    /** Events of the node, by kind. */
    public void add(EventFeed feed) {
        for (EventKind kind : EventKind.values()) {
            var events = Labelled.EVENTS;
            FunctionCounter.builder(events.metric, feed, source -> source.count(kind))
                    .description(events.help)
                    .tag(events.label, kind.word())
                    .register(registry);
        }
    }

    /** The counters of port control. */
    public void add(ControlCounters counters) {
        for (ControlCounter counter : ControlCounter.values()) {
            count(counter.metricName(), counter.help(), counters, source -> source.value(counter));
        }
    }

    /** What the kernel counts. A meter does not keep its source, so the function does. */
    public void add(KernelDrops drops) {
        for (KernelCounter counter : KernelCounter.values()) {
            count(counter.metricName(), counter.help(), this, source -> counter.value(drops));
        }
    }

    /** The counters of any other part. */
    public <E extends Enum<E> & Counter> void add(Counters<E> counters) {
        for (E counter : counters.all()) {
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
