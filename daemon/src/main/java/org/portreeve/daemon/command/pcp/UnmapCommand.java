package org.portreeve.daemon.command.pcp;

import java.util.concurrent.Callable;
import org.portreeve.daemon.exit.CommandFailedException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Gives an inbound mapping back. Main thread. */
@Command(
        name = "unmap",
        mixinStandardHelpOptions = true,
        description = "Closes a port that map opened.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the secret of this user cannot be read",
            "2:bad arguments",
            "3:the server refused",
            "4:no answer"
        })
public final class UnmapCommand implements Callable<Integer> {
    @Mixin private PcpTarget target;
    @Mixin private PcpPort port;
    @Mixin private PcpPorts ports;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws CommandFailedException {
        port.check();
        ports.check();
        return PcpAsking.run(
                target,
                spec.commandLine().getOut(),
                (client, server) ->
                        client.unmap(ports.in(port.wish(client, server, 0)), target.timeout()),
                PcpAnswer::asDeletion);
    }
}
