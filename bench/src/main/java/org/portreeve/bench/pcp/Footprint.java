package org.portreeve.bench.pcp;

import java.util.List;
import org.portreeve.bench.pcp.Report.Row;
import org.portreeve.testkit.lab.LabException;

/**
 * What a lease takes of memory: of the heap, by what is reachable with all mappings and with few;
 * of the translator's tables, by what an empty node has in use with more and with fewer rows.
 * Immutable.
 */
record Footprint(long mappings) implements Measurement {
    /** Heap and tables together. */
    private static final double PROMISED_BYTES = 400;

    /** Until what is made once is made. */
    private static final long WARM_UP_MAPPINGS = 1_000;

    private static final long BETWEEN_READINGS_MILLIS = 5_000;
    private static final int MOST_READINGS = 24;
    private static final long STILL_BYTES = 1 << 20;

    /** Rows of two empty nodes; the greater number is the product's own for such a pool. */
    private static final long FEW_ROWS = 1 << 20;

    private static final long MANY_ROWS = 1 << 22;

    @Override
    public String name() {
        return "octets of memory per lease, %,d present".formatted(mappings);
    }

    @Override
    public void run(Grounds grounds, Report report) {
        double heap = heapBytesPerLease(grounds.shards());
        double table = tableBytesPerRow(grounds.shards());
        String text =
                "%.0f of heap, %.0f of tables, at most %.0f".formatted(heap, table, PROMISED_BYTES);
        String promise = report.promise(name(), text, heap + table <= PROMISED_BYTES);
        String figure = "%.0f".formatted(heap + table);
        report.row(Row.of(name(), Server.PORTREEVE.label(), figure, promise, List.of()));
    }

    /** Of a node of its own, on whose heap nothing rests that was before. */
    private double heapBytesPerLease(int shards) {
        try (Product product = Product.open(shards)) {
            Asker asker = product.stage().asker();
            asker.level(Server.PORTREEVE, WARM_UP_MAPPINGS);
            long emptyBytes = settledHeapBytes(product.memory());
            asker.level(Server.PORTREEVE, WARM_UP_MAPPINGS + mappings);
            long fullBytes = settledHeapBytes(product.memory());
            return (double) (fullBytes - emptyBytes) / mappings;
        }
    }

    /** Once what was asked for is in the history too, which is written behind. */
    private static long settledHeapBytes(Memory memory) {
        long before = memory.reachableHeapBytes();
        for (int reading = 1; reading < MOST_READINGS; reading++) {
            Pauses.sleep(BETWEEN_READINGS_MILLIS);
            long now = memory.reachableHeapBytes();
            if (Math.abs(before - now) < STILL_BYTES) {
                return now;
            }
            before = now;
        }
        throw new LabException("the heap did not come to rest, so nobody knows what a lease takes");
    }

    private static double tableBytesPerRow(int shards) {
        long few = residentBytes(shards, FEW_ROWS);
        long many = residentBytes(shards, MANY_ROWS);
        return (double) (many - few) / (MANY_ROWS - FEW_ROWS);
    }

    private static long residentBytes(int shards, long rows) {
        String capacity =
                "translator:\n  capacity: {sessions: 65536, mappings: %d}".formatted(rows);
        try (Product product =
                Product.open(shards, yaml -> yaml.replace("translator:", capacity))) {
            return product.memory().bytesInUse();
        }
    }
}
