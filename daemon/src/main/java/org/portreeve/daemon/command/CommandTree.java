package org.portreeve.daemon.command;

import org.portreeve.daemon.Version;
import org.portreeve.daemon.command.node.DrainCommand;
import org.portreeve.daemon.command.node.MappingsCommand;
import org.portreeve.daemon.command.node.ReleaseCommand;
import org.portreeve.daemon.command.node.RequestsCommand;
import org.portreeve.daemon.command.node.StatusCommand;
import org.portreeve.daemon.command.node.SubscribersCommand;
import org.portreeve.daemon.command.node.TraceCommand;
import org.portreeve.daemon.command.pcp.AnnounceCommand;
import org.portreeve.daemon.command.pcp.MapCommand;
import org.portreeve.daemon.command.pcp.PeerCommand;
import org.portreeve.daemon.command.pcp.UnmapCommand;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The root of the commands; alone it prints what there is. Main thread. */
@Command(
        name = "portreeve",
        mixinStandardHelpOptions = true,
        version = "portreeve " + Version.TEXT,
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
            DeterministicCommand.class,
            MapCommand.class,
            PeerCommand.class,
            UnmapCommand.class,
            AnnounceCommand.class,
            StatusCommand.class,
            MappingsCommand.class,
            SubscribersCommand.class,
            RequestsCommand.class,
            TraceCommand.class,
            ReleaseCommand.class,
            DrainCommand.class,
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
