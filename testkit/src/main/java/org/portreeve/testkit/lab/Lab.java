package org.portreeve.testkit.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Three network namespaces joined by veth pairs, in a private set of namespaces of their own.
 *
 * <pre>
 *   sub                       cgn                          inet
 *   100.64.0.2/10 ... eth0 == eth-in 100.64.0.1/10
 *   100.72.0.0/16 (any)       eth-out 203.0.113.1/24 == eth0 203.0.113.2/24, .3, .128/25 (any)
 *                                                      198.51.100.0/28 and 11.0.0.0/28
 *                                                      by way of 203.0.113.1
 * </pre>
 *
 * <p>A holder process is the first process of a private process namespace, with a private {@code
 * /run}. It reads from a pipe of ours: when we end, in whatever way, the pipe ends, the holder
 * removes the lab's directory and goes, and with it every process, link and namespace of the lab.
 * So labs never meet each other or the host's network, and nothing is left behind.
 */
public final class Lab implements AutoCloseable {
    /** The inside address of the node. */
    public static final String CGN_INSIDE = "100.64.0.1";

    /** The outside address of the node. */
    public static final String CGN_OUTSIDE = "203.0.113.1";

    /** The first subscriber. */
    public static final String SUB = "100.64.0.2";

    /** The second subscriber. */
    public static final String SUB_OTHER = "100.64.0.3";

    /** Where subscribers are. */
    public static final String SUBSCRIBER_PREFIX = "100.64.0.0/10";

    /** All of these answer at {@code sub}: for tests with very many subscribers. */
    public static final String CROWD_PREFIX = "100.72.0.0/16";

    /** A host on the Internet. */
    public static final String INET = "203.0.113.2";

    /** Another host on the Internet. */
    public static final String INET_OTHER = "203.0.113.3";

    /** The external addresses, routed to the node. */
    public static final String POOL = "198.51.100.0/28";

    /**
     * Other external addresses, routed to the node too: some UPnP clients take those of {@link
     * #POOL}, a documentation prefix, for "not connected".
     */
    public static final String PUBLIC_POOL = "11.0.0.0/28";

    /** The node's subscriber-facing device. */
    public static final String INSIDE_DEVICE = "eth-in";

    /** The node's Internet-facing device. */
    public static final String OUTSIDE_DEVICE = "eth-out";

    /** The one device of {@code sub} and of {@code inet}. */
    public static final String HOST_DEVICE = "eth0";

    private static final Duration BUILD = Duration.ofSeconds(20);

    private final Requirements requirements;
    private final Path directory;
    private final Process holder;
    private final long target;

    private Lab(Requirements requirements, Path directory, Process holder, long target) {
        this.requirements = requirements;
        this.directory = directory;
        this.holder = holder;
        this.target = target;
    }

    /**
     * What the host lacks for a lab, with the command that fixes it; empty when it can be built.
     */
    public static Optional<String> missing() {
        return Requirements.examine().missing();
    }

    /** Builds the namespaces, or says what is missing. */
    public static Lab open(LabOptions options) {
        Requirements requirements = Requirements.examine();
        requirements
                .missing()
                .ifPresent(sentence -> {
                    throw new LabException(sentence);
                });
        try {
            Path directory = Files.createTempDirectory("portreeve-lab-");
            return open(requirements, options, directory);
        } catch (IOException e) {
            throw new LabException("cannot build the lab: " + e.getMessage(), e);
        }
    }

    private static Lab open(Requirements requirements, LabOptions options, Path directory)
            throws IOException {
        List<String> command = new ArrayList<>(requirements.unshare());
        command.addAll(List.of("--fork", "--kill-child", "sh", "-c"));
        command.add(Topology.script(options));
        command.addAll(List.of("lab", directory.toString()));
        Process holder = new ProcessBuilder(command).redirectErrorStream(true).start();
        LabProcess output = new LabProcess(List.of("the lab's holder"), holder);
        output.awaitLine(Topology.UP, BUILD);
        return new Lab(requirements, directory, holder, output.pid());
    }

    /** The address of the subscriber with this index: 0 is {@link #SUB}. */
    public static String subscriber(int index) {
        return "100.64.0." + (2 + index);
    }

    /** A directory on disk that goes with the lab. */
    public Path directory() {
        return directory;
    }

    /** Whether the lab runs in a user namespace, as an ordinary user. */
    public boolean isUnprivileged() {
        return requirements.unshare().equals(Requirements.UNPRIVILEGED);
    }

    /** Runs a command in a namespace to its end. */
    public CommandResult run(Namespace namespace, String... command) {
        return start(namespace, command).result(Commands.PATIENCE);
    }

    /** Starts a program in a namespace. */
    public LabProcess start(Namespace namespace, String... command) {
        return Commands.start(entering(namespace, List.of(command)), List.of(command));
    }

    /** The words that run a command in a namespace, for a terminal that is handed over. */
    List<String> entering(Namespace namespace, List<String> command) {
        List<String> full = new ArrayList<>(List.of("nsenter", "-t", Long.toString(target)));
        if (isUnprivileged()) {
            full.addAll(List.of("-U", "--preserve-credentials"));
        }
        full.addAll(List.of("-n", "-m", "-p"));
        full.addAll(List.of("ip", "netns", "exec", namespace.label()));
        // What commands keep for their user belongs to the lab here, not to the user's home.
        full.addAll(List.of("env", "XDG_STATE_HOME=" + directory.resolve("state")));
        full.addAll(command);
        return full;
    }

    /**
     * A script that runs a program in a namespace, for those who start programs by their file. Its
     * open files, standard ones and others, are handed down.
     */
    public Path script(Namespace namespace, String program) {
        Path script = directory.resolve(namespace.label() + "-" + Path.of(program).getFileName());
        String words = String.join(" ", entering(namespace, List.of(program)));
        try {
            Files.writeString(script, "#!/bin/sh\nexec " + words + " \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new LabException("cannot write " + script + ": " + e.getMessage(), e);
        }
        return script;
    }

    /** Records what passes a device, from now on. */
    public Capture capture(Namespace namespace, String device, String filter) {
        return Capture.start(this, namespace, device, filter);
    }

    /** Ends every process of the lab and removes its namespaces and its directory. */
    @Override
    public void close() {
        try {
            holder.outputWriter().close();
            holder.waitFor();
        } catch (IOException e) {
            throw new LabException("the holder does not listen", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            holder.destroyForcibly();
        }
    }
}
