package org.portreeve.daemon.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.portreeve.daemon.Node;
import org.portreeve.daemon.NodeStartException;
import org.portreeve.daemon.config.ConfigReader;
import org.portreeve.daemon.config.Host;
import org.portreeve.daemon.config.LoadedConfig;
import org.portreeve.daemon.config.LoadedConfig.Refused;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.daemon.config.NodeConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the node until SIGTERM or SIGINT. Main thread. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the node in the foreground; without -c with built-in defaults.",
            "Prints one line beginning 'ready' when every configured service answers."
        })
final class RunCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration file.")
    private Path file;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        // Before anything is started, so that a signal during the start is a graceful stop too.
        StopSignal stopSignal = StopSignal.install();
        int code = ExitCode.FAILURE;
        try {
            code = run(stopSignal);
        } finally {
            stopSignal.exitWith(code);
        }
        return code;
    }

    private int run(StopSignal stopSignal) throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        return switch (load()) {
            case Refused(var faults) -> ConfigFaults.print(err, faults);
            case Valid(var config, var notes) -> {
                printNotes(err, notes);
                yield run(config, stopSignal);
            }
        };
    }

    private LoadedConfig load() {
        Host host = HostProbe.thisHost();
        return Optional.ofNullable(file)
                .map(given -> ConfigReader.readFile(given, host))
                .orElseGet(() -> ConfigReader.read("", host));
    }

    private int run(NodeConfig config, StopSignal stopSignal) throws InterruptedException {
        Node node;
        try {
            node = Node.start(config, stopSignal::raise);
        } catch (NodeStartException e) {
            spec.commandLine().getErr().println("portreeve: cannot start: " + e.getMessage());
            return ExitCode.FAILURE;
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(node.readyLine());
        out.flush();
        stopSignal.await();
        node.stop();
        return node.hasFailed() ? ExitCode.FAILURE : ExitCode.SUCCESS;
    }

    private static void printNotes(PrintWriter err, List<String> notes) {
        notes.forEach(note -> err.println("note: " + note));
        err.flush();
    }
}
