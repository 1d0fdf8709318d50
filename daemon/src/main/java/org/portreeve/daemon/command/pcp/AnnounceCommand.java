package org.portreeve.daemon.command.pcp;

import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.portreeve.daemon.command.node.AnnounceNow;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
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
public final class AnnounceCommand implements Callable<Integer> {
    @Mixin private PcpTarget target;
    @Mixin private AnnounceNow now;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws CommandFailedException {
        if (now.isAsked()) {
            now.send(target.isJson());
            return ExitCode.SUCCESS;
        }
        return PcpAsking.run(
                target,
                spec.commandLine().getOut(),
                (client, _) -> client.announce(target.timeout()),
                UnaryOperator.identity());
    }
}
