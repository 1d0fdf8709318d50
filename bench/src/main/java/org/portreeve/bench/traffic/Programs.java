package org.portreeve.bench.traffic;

import java.time.Duration;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;

/** Starts the programs of this package in a lab. Any thread. */
public final class Programs {
    private static final Duration START = Duration.ofSeconds(20);

    private Programs() {}

    /** Starts one; it is ready and, if it reads lines, waits for one. */
    public static LabProcess start(
            Lab lab, Namespace namespace, Class<?> program, String... arguments) {
        LabProcess process =
                lab.start(namespace, JavaProgram.product(program.getName(), arguments));
        process.awaitLine("ready", START);
        return process;
    }
}
