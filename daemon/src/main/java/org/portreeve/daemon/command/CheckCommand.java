package org.portreeve.daemon.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.portreeve.daemon.config.ConfigMeaning;
import org.portreeve.daemon.config.ConfigReader;
import org.portreeve.daemon.config.LoadedConfig.Refused;
import org.portreeve.daemon.config.LoadedConfig.Valid;
import org.portreeve.daemon.exit.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what a configuration means, or all that is wrong with it. Main thread. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Validates a configuration and prints what it means.")
final class CheckCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--config"},
            required = true,
            paramLabel = "FILE",
            description = "The configuration file.")
    private Path file;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        return switch (ConfigReader.readFile(file, HostProbe.thisHost())) {
            case Refused(var faults) -> ConfigFaults.print(spec.commandLine().getErr(), faults);
            case Valid(var config, var notes, _) -> {
                ConfigMeaning.lines(config).forEach(out::println);
                notes.forEach(note -> out.println("note: " + note));
                out.println("ok");
                out.flush();
                yield ExitCode.SUCCESS;
            }
        };
    }
}
