package org.portreeve.daemon.command.node;

import io.vertx.core.http.HttpMethod;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.portreeve.daemon.exit.CommandFailedException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of {@code announce} that make a running node announce itself. Main thread. */
public final class AnnounceNow {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--send",
            description = {
                "Make the node of --data announce its external address to the hosts on its",
                "inside links (RFC 6886) instead."
            })
    private boolean isAsked;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "./data",
            description = "The data directory of the node. Default: ${DEFAULT-VALUE}.")
    private Path data;

    /** Whether the running node is meant. */
    public boolean isAsked() {
        return isAsked;
    }

    /** Asks the node. */
    public void send(boolean isJson) throws CommandFailedException {
        NodeTarget.accepted(NodeTarget.ask(data, HttpMethod.POST, "/announce", "{}"));
        PrintWriter out = spec.commandLine().getOut();
        out.println(isJson ? "{}" : "The node announces its external address.");
        out.flush();
    }
}
