package org.portreeve.testkit.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Runs programs of the host to their end. Any thread. */
public final class Commands {
    /** How long a command that should be quick may take on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private Commands() {}

    /** Runs a command on the host itself. */
    public static CommandResult run(List<String> command, Duration patience) {
        return start(command, command).result(patience);
    }

    /** Starts {@code full}, and calls it {@code shown} in messages. */
    static LabProcess start(List<String> full, List<String> shown) {
        try {
            return new LabProcess(
                    shown, new ProcessBuilder(full).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new LabException("cannot start " + full.getFirst() + ": " + e.getMessage(), e);
        }
    }

    /** Whether the host has this program on its path. */
    public static boolean exist(String program) {
        return run(List.of("sh", "-c", "command -v \"$0\"", program), PATIENCE).succeeded();
    }
}
