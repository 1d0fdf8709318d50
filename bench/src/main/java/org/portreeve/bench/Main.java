package org.portreeve.bench;

import java.io.IOException;
import java.nio.file.Files;
import org.portreeve.testkit.lab.ClassCache;
import org.portreeve.testkit.lab.LabException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code bench NAME}: runs a benchmark and prints its table. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        subcommands = {
            DataplaneCommand.class,
            PcpCommand.class,
            KillsCommand.class,
            DifferentialCommand.class
        },
        description = "Runs a benchmark and prints its table.")
public final class Main {
    private Main() {}

    /** Exits 0 when the benchmark ran and kept its promise, 1 when not. */
    public static void main(String[] arguments) throws IOException {
        // Nodes start as the launcher starts them, from the jars that this is made of.
        ClassCache.ask(Files.createTempDirectory("portreeve-bench"));
        CommandLine bench = new CommandLine(new Main());
        bench.setExecutionExceptionHandler(Main::onFailure);
        System.exit(bench.execute(arguments));
    }

    private static int onFailure(
            Exception failure, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        if (failure instanceof LabException) {
            command.getErr().println(failure.getMessage());
            return 1;
        }
        throw failure;
    }
}
