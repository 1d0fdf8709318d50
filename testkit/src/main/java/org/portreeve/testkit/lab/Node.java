package org.portreeve.testkit.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The product, running in {@code cgn} as an operator would start it. */
public final class Node implements AutoCloseable {
    /** The product's main class: started by name, since the lab knows nothing of the product. */
    public static final String MAIN = "org.portreeve.daemon.Main";

    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(60);

    private final Lab lab;
    private final Path configFile;
    private LabProcess process;

    private Node(Lab lab, Path configFile) {
        this.lab = lab;
        this.configFile = configFile;
    }

    /** Writes the configuration, starts the node and waits until it is ready. */
    public static Node start(Lab lab, NodeConfig config) {
        return start(lab, config.yaml());
    }

    /** The same with a configuration file's text. */
    public static Node start(Lab lab, String yaml) {
        Node node = prepare(lab, yaml);
        node.start();
        return node;
    }

    /** Writes the configuration; nothing runs yet. */
    static Node prepare(Lab lab, String yaml) {
        Path file = lab.directory().resolve("portreeve.yaml");
        write(file, yaml);
        return new Node(lab, file);
    }

    private static void write(Path file, String yaml) {
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new LabException("cannot write the configuration: " + e.getMessage(), e);
        }
    }

    /** Starts it, again after a stop or a kill, and waits for its line {@code ready}. */
    public void start() {
        launch().awaitLine("ready", READY);
    }

    /** Starts it without waiting for anything. */
    public LabProcess launch() {
        process = lab.start(Namespace.CGN, command("run", "-c", configFile.toString()));
        return process;
    }

    /** The words that run a command of the product. */
    public static String[] command(String... arguments) {
        return JavaProgram.product(MAIN, arguments);
    }

    /** Stops it with SIGTERM and returns its exit status. */
    public int stop() {
        return process.stop(STOP);
    }

    /** Gives it another configuration, which it does not read yet. */
    public void rewrite(NodeConfig config) {
        write(configFile, config.yaml());
    }

    /** Gives it another configuration and asks it to reload; returns when it says that it did. */
    public void reload(NodeConfig config) {
        write(configFile, config.yaml());
        int from = process.lineCount();
        process.signal("HUP");
        if (process.awaitLine(from, line -> line.startsWith("reload: done"), READY).isEmpty()) {
            throw new LabException("no reload; it wrote:\n" + process.output());
        }
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() {
        process.kill();
    }

    /** The running process. */
    public LabProcess process() {
        return process;
    }

    /** The configuration file it was started with. */
    public Path configFile() {
        return configFile;
    }

    /** Kills it when it still runs. */
    @Override
    public void close() {
        if (process != null) {
            process.kill();
        }
    }
}
