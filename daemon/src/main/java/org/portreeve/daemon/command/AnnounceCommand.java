package org.portreeve.daemon.command;

import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Asks whether a PCP server is there, and for its epoch. Main thread. */
@Command(
        name = "announce",
        mixinStandardHelpOptions = true,
        description = "Asks whether a PCP server is there, and since when its epoch runs.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:it answers", "2:bad arguments", "3:the server refused", "4:no answer"})
final class AnnounceCommand implements Callable<Integer> {
    @Mixin private PcpTarget target;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        return PcpAsking.run(
                target,
                spec.commandLine().getOut(),
                (client, _) -> client.announce(target.timeout()),
                UnaryOperator.identity());
    }
}
