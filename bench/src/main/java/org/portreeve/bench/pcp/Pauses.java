package org.portreeve.bench.pcp;

import org.portreeve.testkit.lab.LabException;

/** Waits for what cannot be asked. */
final class Pauses {
    private Pauses() {}

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }
}
