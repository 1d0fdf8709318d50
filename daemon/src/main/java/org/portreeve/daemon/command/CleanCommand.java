package org.portreeve.daemon.command;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.portreeve.daemon.exit.ExitCode;
import org.portreeve.nat.io.linux.Routes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Removes the guards that stopped nodes leave on purpose. Main thread. */
@Command(
        name = "clean",
        mixinStandardHelpOptions = true,
        description = {
            "Removes the routes and rules that a stopped node leaves, so that no subscriber's",
            "packet goes out untranslated. After it, this host routes as if there were no node.",
            "",
            "Kernel settings stay as the node set them, because nobody knows who else relies on",
            "them by now: net.ipv4.ip_forward=1, net.ipv4.conf.all.rp_filter=0, forwarding=1 of",
            "each inside and outside interface, rp_filter=0 of each outside interface, and of each",
            "inside one too unless translator.inside.ingress-check was strict: then rp_filter=1."
        })
final class CleanCommand implements Callable<Integer> {
    private static final String SETTINGS_STAY =
            "Kernel settings that a node made stay: ip_forward, and forwarding and rp_filter of"
                    + " its interfaces (docs/operating.md).";

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            int commandCount = Routes.clean();
            spec.commandLine()
                    .getOut()
                    .println(
                            commandCount == 0
                                    ? "Nothing was left to remove."
                                    : "Removed " + commandCount + " rules and routes.");
            spec.commandLine().getOut().println(SETTINGS_STAY);
            return ExitCode.SUCCESS;
        } catch (IOException e) {
            spec.commandLine().getErr().println("portreeve: not removed: " + e.getMessage());
            return ExitCode.FAILURE;
        }
    }
}
