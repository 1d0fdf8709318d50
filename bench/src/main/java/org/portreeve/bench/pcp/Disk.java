package org.portreeve.bench.pcp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.portreeve.bench.traffic.SyncMain;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.Namespace;

/** The disk that the journal is on. Main thread. */
final class Disk {
    private static final String TIMES = "2000";
    private static final Pattern TOOK = Pattern.compile("took \\d+ (\\d+)");
    private static final double US_PER_NS = 1e-3;

    private Disk() {}

    /** How long all but one of a hundred {@code fdatasync} take while packets are forwarded. */
    static double syncP99Us(Stage stage) {
        String file = stage.lab().directory().resolve("sync").toString();
        String[] command = JavaProgram.small(SyncMain.class, file, TIMES);
        try (Forwarded _ = Forwarded.begin(stage.lab())) {
            String output = stage.lab().run(Namespace.CGN, command).orThrow().output();
            Matcher matcher = TOOK.matcher(output);
            if (!matcher.find()) {
                throw new LabException("unexpected: " + output);
            }
            return Long.parseLong(matcher.group(1)) * US_PER_NS;
        }
    }
}
