package org.portreeve.daemon.command;

import org.portreeve.daemon.config.ConfigReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the configuration reference. Main thread. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Prints every configuration key with its default, bounds and meaning.")
final class ConfigCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().print(ConfigReference.markdown());
        spec.commandLine().getOut().flush();
    }
}
