package org.portreeve.bench.pcp;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.bench.dataplane.Spread;
import org.portreeve.bench.pcp.Report.Row;

/**
 * How long a node takes from the start of its program until it is ready, with all leases of a
 * journal, after a kill and after a planned stop. Immutable.
 */
record Restart(long mappings) implements Measurement {
    private static final double PROMISED_SECONDS = 10;

    @Override
    public String name() {
        return "restart until ready, s, %,d present".formatted(mappings);
    }

    @Override
    public void run(Grounds grounds, Report report) {
        Product product = grounds.product();
        product.stage().asker().level(Server.PORTREEVE, mappings);
        grounds.awaitRests();
        List<Double> afterKill = new ArrayList<>();
        List<Double> afterStop = new ArrayList<>();
        for (int i = 0; i < grounds.rounds(); i++) {
            product.node().kill();
            afterKill.add(product.start());
            product.node().stop();
            afterStop.add(product.start());
        }
        print(report, "Portreeve, after a kill", afterKill);
        print(report, "Portreeve, after a stop", afterStop);
    }

    private void print(Report report, String server, List<Double> seconds) {
        Spread spread = Spread.of(seconds, Double::doubleValue);
        String text = "at most %.0f".formatted(PROMISED_SECONDS);
        String promise = report.promise(name(), text, spread.median() <= PROMISED_SECONDS);
        report.row(Row.of(name(), server, spread.cell(1), promise, List.of()));
    }
}
