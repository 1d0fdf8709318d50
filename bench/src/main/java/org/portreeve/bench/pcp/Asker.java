package org.portreeve.bench.pcp;

import java.time.Duration;
import org.portreeve.bench.traffic.CrowdMain;
import org.portreeve.bench.traffic.Order;
import org.portreeve.bench.traffic.Order.Operation;
import org.portreeve.bench.traffic.Programs;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;

/** The crowd of a lab, which asks for mappings as it is told. Main thread. */
final class Asker {
    /** Where the crowd's addresses begin. */
    private static final String FIRST_HOST = "100.72.0.0";

    private static final String SOURCE_PORT = "40000";
    private static final int MS_PER_SECOND = 1_000;
    private static final int FILL_MILLIS = 1_800 * MS_PER_SECOND;
    private static final int ATTEMPTS_TO_FILL = 5;
    private static final int NO_RATE = 0;
    private static final int NO_WINDOW = 0;

    /** Beyond the time of an order: for what is unanswered to the end. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final LabProcess process;
    private long live;

    private Asker(LabProcess process) {
        this.process = process;
    }

    static Asker start(Lab lab) {
        return new Asker(
                Programs.start(
                        lab,
                        Namespace.SUB,
                        CrowdMain.class,
                        FIRST_HOST,
                        SOURCE_PORT,
                        Lab.CGN_INSIDE));
    }

    /** As many as are answered, with the server's window. */
    Answers closedLoop(Operation operation, Server server, int seconds) {
        return ask(
                new Order(
                        operation,
                        server.port(),
                        server.window(),
                        NO_RATE,
                        (long) seconds * MS_PER_SECOND,
                        server.mostInSample()));
    }

    /** At a rate, whatever the server does. */
    Answers openLoop(Operation operation, Server server, long perSecond, int seconds) {
        long most = perSecond * seconds;
        long millis = (long) seconds * MS_PER_SECOND;
        return ask(new Order(operation, server.port(), NO_WINDOW, perSecond, millis, most));
    }

    /** Makes or ends mappings until there are so many. */
    void level(Server server, long mappings) {
        for (int i = 0; i < ATTEMPTS_TO_FILL && live != mappings; i++) {
            Operation operation = live < mappings ? Operation.NEW : Operation.DELETE;
            long most = Math.abs(mappings - live);
            int window = server.window();
            ask(new Order(operation, server.port(), window, NO_RATE, FILL_MILLIS, most));
        }
        if (live != mappings) {
            throw new LabException(
                    "%s has %,d mappings, %,d were wanted; the crowd wrote:%n%s"
                            .formatted(server.label(), live, mappings, process.output()));
        }
    }

    private Answers ask(Order order) {
        int from = process.lineCount();
        process.send(order.line());
        Answers answers =
                process.awaitLine(
                                from,
                                line -> line.startsWith("done"),
                                PATIENCE.plusMillis(order.millis()))
                        .map(Answers::of)
                        .orElseThrow(() ->
                                new LabException(
                                        "no end of \"%s\"; the crowd wrote:%n%s"
                                                .formatted(order.line(), process.output())));
        live = answers.live();
        return answers;
    }
}
