package org.portreeve.testkit.lab;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.portreeve.testkit.FileTrees;

/**
 * Starts the product as its launcher does: from jars, with the cache of classes that a first start
 * on loopback leaves, and a {@link Rehearsal}. It is asked for by the system property {@link
 * #ASKED}, whose value is a directory for the files, and made once in a process. Any thread.
 */
public final class ClassCache {
    static final String ASKED = "portreeve.lab.class-cache";

    private static final String TEST_CLASSES = "test-classes";
    private static final long PATIENCE_SECONDS = 60;

    /** An address that nobody else uses. */
    private static final String NOBODY = "127.83.17.6";

    private static Optional<ClassCache> made = Optional.empty();

    private final String classPath;
    private final Path file;

    private ClassCache(String classPath, Path file) {
        this.classPath = classPath;
        this.file = file;
    }

    /**
     * Products are started with a cache from now on.
     *
     * @param directory for its files, which go with this process
     */
    public static void ask(Path directory) {
        System.setProperty(ASKED, directory.toString());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> forget(directory)));
    }

    private static void forget(Path directory) {
        try {
            FileTrees.remove(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the product is to be started with a cache. */
    static boolean isAsked() {
        return System.getProperty(ASKED) != null;
    }

    /** The one of this process. */
    static synchronized ClassCache get() {
        ClassCache cache =
                made.orElseGet(() -> make(Path.of(System.getProperty(ASKED)).toAbsolutePath()));
        made = Optional.of(cache);
        return cache;
    }

    /** What a start has besides its other flags. */
    List<String> flags() {
        return flags("-XX:AOTCache=" + file);
    }

    /** Classes are cached, and which code was busy; machine code is not. */
    private static List<String> flags(String cache) {
        return List.of(
                cache,
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-AOTAdapterCaching",
                "-XX:-AOTStubCaching",
                "-Xlog:aot*=off");
    }

    /** The jars that the cache was made with, in their order. */
    String classPath() {
        return classPath;
    }

    private static ClassCache make(Path directory) {
        try {
            Files.createDirectories(directory);
            var cache = new ClassCache(jars(directory), directory.resolve("product.aot"));
            Files.deleteIfExists(cache.file);
            cache.train(directory);
            return cache;
        } catch (IOException e) {
            throw new LabException("no class cache: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while the class cache was made", e);
        }
    }

    /** Directories of classes become one jar, the first: a cache knows no directories. */
    private static String jars(Path directory) {
        List<String> classes = new ArrayList<>();
        List<String> jars = new ArrayList<>();
        for (Path entry : JavaProgram.classPathEntries()) {
            if (!Files.isDirectory(entry)) {
                jars.add(entry.toString());
            } else if (!entry.endsWith(TEST_CLASSES)) {
                classes.addAll(List.of("-C", entry.toString(), "."));
            }
        }
        if (!classes.isEmpty()) {
            jars.addFirst(jar(directory.resolve("product.jar"), classes));
        }
        return String.join(File.pathSeparator, jars);
    }

    private static String jar(Path file, List<String> classes) {
        List<String> create = new ArrayList<>(List.of("--create", "--file", file.toString()));
        create.addAll(classes);
        ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
        if (jar.run(System.out, System.err, create.toArray(String[]::new)) != 0) {
            throw new LabException("the jar of the product could not be made");
        }
        return file.toString();
    }

    private void train(Path directory) throws IOException, InterruptedException {
        Path config = directory.resolve("train.yaml");
        Files.writeString(
                config,
                """
                data: %s
                translator: {shards: 1, capacity: {sessions: 1024, mappings: 1024, subscribers: 512}}
                pcp: {listen: [%s]}
                metrics: {listen: "%s:9464"}
                admin: {listen: "%s:8443"}
                upnp: {interfaces: [lo]}
                """
                        .formatted(directory.resolve("data"), NOBODY, NOBODY, NOBODY));
        List<String> creation = flags("-XX:AOTCacheOutput=" + file);
        String[] run = {"run", "-c", config.toString()};
        Process process =
                new ProcessBuilder(JavaProgram.product(creation, classPath, Node.MAIN, run))
                        .redirectErrorStream(true)
                        .start();
        CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .execute(process::destroyForcibly);
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("ready")) {
                    Rehearsal.rehearse(NOBODY);
                    // It makes the cache before it ends; Process.destroy would close what we read.
                    process.toHandle().destroy();
                }
            }
        }
        process.waitFor();
        if (!Files.exists(file)) {
            throw new LabException("the first start on loopback left no class cache");
        }
    }
}
