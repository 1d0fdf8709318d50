package org.portreeve.daemon.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.portreeve.daemon.exit.ExitCode;
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
        ReloadSignal reloadSignal = ReloadSignal.install();
        int code = ExitCode.FAILURE;
        try {
            code = run(stopSignal, reloadSignal);
        } finally {
            stopSignal.exitWith(code);
        }
        return code;
    }

    private int run(StopSignal stopSignal, ReloadSignal reloadSignal) throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        return switch (load()) {
            case Refused(var faults) -> ConfigFaults.print(err, faults);
            case Valid valid -> {
                printNotes(err, valid.notes());
                yield run(valid, stopSignal, reloadSignal);
            }
        };
    }

    private LoadedConfig load() {
        Host host = HostProbe.thisHost();
        return Optional.ofNullable(file)
                .map(given -> ConfigReader.readFile(given, host))
                .orElseGet(() -> ConfigReader.read("", host));
    }

    private int run(Valid config, StopSignal stopSignal, ReloadSignal reloadSignal)
            throws InterruptedException {
        Node node;
        try {
            node = Node.start(config, stopSignal::raise);
        } catch (NodeStartException e) {
            spec.commandLine().getErr().println("portreeve: cannot start: " + e.getMessage());
            return ExitCode.FAILURE;
        }
        PrintWriter out = spec.commandLine().getOut();
        node.adminPasswordLine().ifPresent(out::println);
        out.println(node.readyLine());
        out.flush();
        reloadSignal.onEach(() -> reload(node));
        stopSignal.await();
        node.stop();
        return node.hasFailed() ? ExitCode.FAILURE : ExitCode.SUCCESS;
    }

    /** Reload thread; whatever goes wrong here, the next signal is heard again. */
    private void reload(Node node) {
        PrintWriter err = spec.commandLine().getErr();
        try {
            reloadLines(node).forEach(line -> err.println("reload: " + line));
        } catch (RuntimeException e) {
            err.println("reload: failed, ask again: " + e);
        }
        err.flush();
    }

    private List<String> reloadLines(Node node) {
        if (file == null) {
            return List.of("this node runs with built-in defaults; there is no file to read");
        }
        return switch (load()) {
            case Refused(var faults) -> {
                var lines = new ArrayList<String>();
                faults.forEach(fault -> lines.add(fault.toString()));
                lines.add("nothing was changed; the file has the faults above");
                yield lines;
            }
            case Valid valid -> node.reload(valid);
        };
    }

    private static void printNotes(PrintWriter err, List<String> notes) {
        notes.forEach(note -> err.println("note: " + note));
        err.flush();
    }
}
