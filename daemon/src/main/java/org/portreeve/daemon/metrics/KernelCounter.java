package org.portreeve.daemon.metrics;

import org.portreeve.control.counter.Counter;
import org.portreeve.nat.io.linux.KernelDrops;

/** What the kernel drops before a part of the node sees it. */
public enum KernelCounter implements Counter {
    REVERSE_PATH(
            "kernel_drop_reverse_path_total",
            "Packets that the kernel dropped since the node's start because they came by another"
                    + " interface than the one that leads to their source: hosts that forge sources,"
                    + " or a missing route to subscribers (translator.inside.ingress-check). Other"
                    + " interfaces of the network namespace that have rp_filter count too");

    private final String metricName;
    private final String help;

    KernelCounter(String metricName, String help) {
        this.metricName = metricName;
        this.help = help;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return metricName;
    }

    long value(KernelDrops drops) {
        return switch (this) {
            case REVERSE_PATH -> drops.byReversePath();
        };
    }
}
