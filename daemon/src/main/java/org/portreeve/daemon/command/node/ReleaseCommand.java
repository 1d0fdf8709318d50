package org.portreeve.daemon.command.node;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import org.portreeve.nat.Ipv4;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends the mappings of an internal address that its subscriber gave up. Main thread. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = {
            "Tells a running node that an internal address was given up: its mappings end.",
            "Reservations stay."
        })
public final class ReleaseCommand implements Callable<Integer> {
    @Mixin private NodeTarget target;
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "ADDRESS", description = "The internal address.")
    private String address;

    @Override
    public Integer call() throws CommandFailedException {
        if (Ipv4.parse(address).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "ADDRESS is an IPv4 address such as 100.64.0.7");
        }
        String body = new JsonObject().put("address", address).encode();
        target.show(
                target.ask(HttpMethod.POST, "/subscribers/release", body),
                released ->
                        target.out()
                                .printf(
                                        "%d mappings of %s end.%n",
                                        released.getInteger("leasesEnded"), address));
        return ExitCode.SUCCESS;
    }
}
