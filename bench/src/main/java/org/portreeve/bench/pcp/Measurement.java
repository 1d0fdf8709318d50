package org.portreeve.bench.pcp;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.bench.traffic.Order.Operation;

/** What is measured of port control. Immutable. */
public sealed interface Measurement permits Rate, HalfLoad, Footprint, Restart, Storm, Flood {
    /** Its name and unit in tables. */
    String name();

    /** Measures all that can be measured, and reports it. */
    void run(Grounds grounds, Report report);

    /**
     * All of them, with at most so many mappings, whose number only grows: what ends leaves a port
     * that rests, which is neither a mapping nor nothing.
     */
    static List<Measurement> all(long mostMappings) {
        long few = Math.min(HalfLoad.MAPPINGS, mostMappings);
        List<Measurement> all = new ArrayList<>(rates(0, few));
        all.add(new HalfLoad(Operation.NEW, few));
        all.add(new HalfLoad(Operation.RENEW, few));
        all.add(new Flood(few));
        all.addAll(rates(few + 1, mostMappings));
        all.add(new Restart(mostMappings));
        all.add(new Storm(mostMappings));
        all.add(new Footprint(mostMappings));
        return all;
    }

    private static List<Measurement> rates(long leastMappings, long mostMappings) {
        List<Measurement> all = new ArrayList<>();
        for (long mappings : Rate.LEVELS) {
            if (leastMappings <= mappings && mappings <= mostMappings) {
                all.add(new Rate(Operation.NEW, mappings));
                if (mappings >= Rate.LEAST_RENEWED) {
                    all.add(new Rate(Operation.RENEW, mappings));
                }
            }
        }
        return all;
    }
}
