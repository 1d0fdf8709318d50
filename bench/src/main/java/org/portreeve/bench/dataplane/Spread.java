package org.portreeve.bench.dataplane;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** Median and range of a few measurements. Immutable. */
public record Spread(double median, double least, double most) {
    /** Of at least one. */
    public static <T> Spread of(List<T> measured, ToDoubleFunction<T> figure) {
        double[] sorted = measured.stream().mapToDouble(figure).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        int middle = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** The cell of a table. */
    public String cell(int decimals) {
        String number = "%." + decimals + "f";
        return (number + " [" + number + "-" + number + "]").formatted(median, least, most);
    }
}
