package org.portreeve.daemon.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The root of the commands; alone it prints what there is. Main thread. */
@Command(
        name = "portreeve",
        mixinStandardHelpOptions = true,
        version = "portreeve 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        description = "Port control for carrier-grade NAT.",
        footer = {
            "",
            "The launcher adds: lab [--shell], test [unit|e2e|all] [--strict], bench [NAME]."
        },
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            ConfigCommand.class,
            MapCommand.class,
            UnmapCommand.class,
            AnnounceCommand.class,
            CleanCommand.class,
        })
public final class CommandTree implements Runnable {
    @Spec private CommandSpec spec;

    /** All commands, ready to execute arguments. */
    public static CommandLine commandLine() {
        return new CommandLine(new CommandTree())
                .setExecutionExceptionHandler((failure, commandLine, _) -> {
                    if (failure instanceof CommandFailedException) {
                        commandLine.getErr().println("portreeve: " + failure.getMessage());
                        return ExitCode.FAILURE;
                    }
                    // A broken promise of the program, not of its user: show where.
                    failure.printStackTrace(commandLine.getErr());
                    return ExitCode.FAILURE;
                });
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command?");
    }
}
