package org.portreeve.daemon.command.node;

import io.vertx.core.json.JsonObject;
import org.portreeve.daemon.exit.CommandFailedException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The option of {@code config} that asks a running node what is in force. Main thread. */
public final class RunningConfig {
    @Mixin private NodeTarget target;

    @Option(names = "--running", description = "Print what is in force in a running node instead.")
    private boolean isAsked;

    /** Whether the running node is meant. */
    public boolean isAsked() {
        return isAsked || target.isJson();
    }

    /** Prints every key with its value in force. */
    public void print() throws CommandFailedException {
        target.show(target.ask("/config"), this::print);
    }

    private void print(JsonObject config) {
        for (Object each : config.getJsonArray("items")) {
            var item = (JsonObject) each;
            target.out().println(item.getString("key") + ": " + item.getString("value"));
        }
    }
}
