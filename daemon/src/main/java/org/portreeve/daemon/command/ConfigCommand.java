package org.portreeve.daemon.command;

import java.util.concurrent.Callable;
import org.portreeve.daemon.command.node.RunningConfig;
import org.portreeve.daemon.config.ConfigReference;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the configuration reference, or what is in force in a running node. Main thread. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = {
            "Prints every configuration key with its default, bounds and meaning;",
            "with --running what is in force in a running node."
        })
final class ConfigCommand implements Callable<Integer> {
    @Mixin private RunningConfig running;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws CommandFailedException {
        if (running.isAsked()) {
            running.print();
        } else {
            spec.commandLine().getOut().print(ConfigReference.markdown());
            spec.commandLine().getOut().flush();
        }
        return ExitCode.SUCCESS;
    }
}
