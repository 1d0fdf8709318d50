package org.portreeve.daemon.command;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.portreeve.daemon.config.ConfigReader;
import org.portreeve.daemon.config.Host;
import org.portreeve.daemon.config.LoadedConfig;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.daemon.exit.CommandFailedException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of commands that answer from a configuration without a node. Main thread. */
final class PoolFile {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration file; without it the built-in configuration.")
    private Optional<Path> file;

    @Option(names = "--json", description = "Print JSON.")
    private boolean isJson;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** The configuration; what is wrong with it is printed. */
    NodeConfig read() throws CommandFailedException {
        Host host = HostProbe.thisHost();
        LoadedConfig loaded =
                file.map(path -> ConfigReader.readFile(path, host))
                        .orElseGet(() -> ConfigReader.read("", host));
        return switch (loaded) {
            case LoadedConfig.Valid(var config, _, _) -> config;
            case LoadedConfig.Refused(var faults) -> {
                faults.forEach(spec.commandLine().getErr()::println);
                throw new CommandFailedException("nothing was computed: correct the configuration");
            }
        };
    }

    /** Prints the fields or the sentence, as was asked. */
    void print(Map<String, Object> fields, String sentence) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(isJson ? new JsonObject(fields).encode() : sentence);
        out.flush();
    }
}
