package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ControlCounterTest {
    @Test
    void eachHasASentenceAndAName() {
        for (ControlCounter counter : ControlCounter.values()) {
            assertTrue(counter.help().length() > 20, counter.name());
            assertTrue(counter.metricName().matches("control_[a-z_]+_total"));
        }
    }

    @Test
    void readersSeeWhatWasPublished() {
        ControlCounters counters = new ControlCounters();
        counters.increment(ControlCounter.GRANTED);
        assertEquals(0, counters.value(ControlCounter.GRANTED));
        counters.publish();
        assertEquals(1, counters.value(ControlCounter.GRANTED));
    }
}
