package org.portreeve.testkit.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command {@code lab [--shell]}: shows on one machine that a host on the Internet, never
 * contacted before, reaches a subscriber behind the CGN after the subscriber asked for a port.
 */
public final class LabMain {
    private static final String USAGE = "usage: portreeve lab [--shell]";
    private static final int WEB_PORT = 8080;
    private static final Duration READY = Duration.ofSeconds(20);

    // The pool's addresses, as the client prints what was assigned to it.
    private static final Pattern EXTERNAL = Pattern.compile("(198\\.51\\.100\\.\\d+):(\\d+)");

    private final Lab lab;

    private LabMain(Lab lab) {
        this.lab = lab;
    }

    /** Exits 0 when the page arrived, 1 when anything failed, 2 on words it does not know. */
    public static void main(String[] arguments) {
        List<String> words = List.of(arguments);
        if (words.equals(List.of("--help")) || words.equals(List.of("-h"))) {
            System.out.println(USAGE);
            System.exit(0);
        }
        if (!words.isEmpty() && !words.equals(List.of("--shell"))) {
            System.err.println(USAGE);
            System.exit(2);
        }
        System.exit(run(!words.isEmpty()));
    }

    private static int run(boolean shell) {
        say("Building three networks on this machine, apart from its real ones:");
        say("  sub  (a subscriber, %s)", Lab.SUB);
        say("  cgn  (the node, %s inside, %s outside)", Lab.CGN_INSIDE, Lab.CGN_OUTSIDE);
        say("  inet (a host on the Internet, %s)", Lab.INET);
        try (Lab lab = Lab.open(LabOptions.standard())) {
            return new LabMain(lab).show(shell);
        } catch (LabException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private int show(boolean shell) {
        NodeConfig config = NodeConfig.of(lab, 1);
        say("%nStarting the node in cgn with this configuration:%n%s", config.yaml().indent(2));
        try (Node node = Node.prepare(lab, config.yaml())) {
            try {
                say("  " + node.launch().awaitLine("ready", READY));
                forward();
            } catch (LabException e) {
                System.err.println("The lab failed: " + e.getMessage());
                System.err.printf("%nThe node's log:%n%s%n", node.process().output().indent(2));
                return 1;
            }
            return shell ? openShell() : 0;
        }
    }

    private void forward() {
        say("%nStarting a web server at the subscriber, %s port %d.", Lab.SUB, WEB_PORT);
        String port = Integer.toString(WEB_PORT);
        lab.start(Namespace.SUB, JavaProgram.small(WebServerMain.class, Lab.SUB, port))
                .awaitLine(WebServerMain.READY, READY);

        say("%nThe subscriber asks its gateway for a port by PCP:");
        say("  portreeve map --tcp %s --server %s", port, Lab.CGN_INSIDE);
        String answer =
                runIn(
                        Namespace.SUB,
                        Node.command("map", "--tcp", port, "--server", Lab.CGN_INSIDE));
        say(answer.indent(2).stripTrailing());
        String external =
                external(answer)
                        .orElseThrow(
                                () -> new LabException("the answer names no external address"));

        say("%nA host on the Internet, %s, fetches http://%s/", Lab.INET, external);
        String page = runIn(Namespace.INET, fetch("http://" + external + "/"));
        say(page.indent(2).stripTrailing());
        if (!page.contains(Lab.SUB + ":" + port) || !page.contains(Lab.INET)) {
            throw new LabException("the page is not the subscriber's, or the source was changed");
        }
        say("%nIt works: the subscriber's server answered at %s,", external);
        say("and saw the visitor's real address.");
    }

    private static Optional<String> external(String answer) {
        Matcher matcher = EXTERNAL.matcher(answer);
        return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
    }

    private static String[] fetch(String url) {
        return Commands.exist("curl")
                ? new String[] {"curl", "-sS", "--max-time", "10", url}
                : JavaProgram.small(FetchMain.class, url);
    }

    private String runIn(Namespace namespace, String[] command) {
        return lab.run(namespace, command).orThrow().output();
    }

    private int openShell() {
        say("%nThe lab stays up while this shell is open; `exit` ends everything. You are in sub.");
        say("Other places: ip netns exec cgn COMMAND, ip netns exec inet COMMAND.");
        say("Try: ip netns exec cgn curl -s http://127.0.0.1:9464/metrics");
        String shell = Optional.ofNullable(System.getenv("SHELL")).orElse("/bin/sh");
        try {
            return new ProcessBuilder(lab.entering(Namespace.SUB, List.of(shell)))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new LabException("cannot open a shell: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static void say(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }
}
