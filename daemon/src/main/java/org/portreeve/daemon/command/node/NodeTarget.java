package org.portreeve.daemon.command.node;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.portreeve.daemon.exit.CommandFailedException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say which running node is asked, and how its answer is shown. Main thread. */
final class NodeTarget {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "./data",
            description = "The data directory of the node. Default: ${DEFAULT-VALUE}.")
    private Path data;

    @Option(names = "--json", description = "Print JSON.")
    private boolean isJson;

    boolean isJson() {
        return isJson;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Asks the node that the options name. */
    ControlAnswer ask(HttpMethod method, String path, String body) throws CommandFailedException {
        return ask(data, method, path, body);
    }

    /** Asks the node of a data directory. */
    static ControlAnswer ask(Path data, HttpMethod method, String path, String body)
            throws CommandFailedException {
        Path socket = data.toAbsolutePath().normalize().resolve("control.sock");
        if (!Files.exists(socket)) {
            throw new CommandFailedException(
                    "no node runs with data in %s: there is no %s. Name its directory with --data."
                            .formatted(data, socket));
        }
        return ControlClient.ask(socket, method, path, body);
    }

    /** Prints what the node says as JSON, or as these words; a refusal is told as a failure. */
    JsonObject show(ControlAnswer answer, Consumer<JsonObject> words)
            throws CommandFailedException {
        JsonObject said = accepted(answer);
        if (isJson) {
            out().println(answer.text());
        } else {
            words.accept(said);
        }
        out().flush();
        return said;
    }

    /** What the node says when it does what it was asked; else its reason is this command's. */
    static JsonObject accepted(ControlAnswer answer) throws CommandFailedException {
        if (answer.isRefused()) {
            throw new CommandFailedException("the node refused: " + answer.reason());
        }
        return answer.json();
    }

    /** The same for what changes nothing. */
    ControlAnswer ask(String path) throws CommandFailedException {
        return ask(HttpMethod.GET, path, "");
    }
}
