package org.portreeve.daemon.command;

import java.io.PrintWriter;
import java.util.List;
import org.portreeve.daemon.config.Fault;
import org.portreeve.daemon.exit.ExitCode;

/** Prints why a configuration is refused. Main thread. */
final class ConfigFaults {
    private ConfigFaults() {}

    /** All faults, one line each, and how many they are. */
    static int print(PrintWriter err, List<Fault> faults) {
        faults.forEach(err::println);
        err.println(
                faults.size() == 1
                        ? "1 fault; nothing was started."
                        : faults.size() + " faults; nothing was started.");
        err.flush();
        return ExitCode.BAD_INPUT;
    }
}
