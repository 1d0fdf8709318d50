package org.portreeve.testkit.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

/**
 * Starts the product as its launcher does: from jars, with the cache of classes that a first start
 * on loopback leaves. Tests ask for it by the system property {@link #ASKED}, whose value is a
 * directory for the files; it is made once in a process. Any thread.
 */
final class ClassCache {
    static final String ASKED = "portreeve.lab.class-cache";

    private static final String TEST_CLASSES = "test-classes";
    private static final long PATIENCE_SECONDS = 60;

    private final String classPath;
    private final Path file;

    private ClassCache(String classPath, Path file) {
        this.classPath = classPath;
        this.file = file;
    }

    /** Whether the product is to be started with a cache. */
    static boolean isAsked() {
        return System.getProperty(ASKED) != null;
    }

    /** The one of this process. */
    static ClassCache get() {
        return Holder.CACHE;
    }

    /** What a start has besides its other flags. */
    List<String> flags() {
        return flags("-XX:AOTCache=" + file);
    }

    /** Classes are all that is cached, machine code is not. */
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

    private static final class Holder {
        private static final ClassCache CACHE =
                make(Path.of(System.getProperty(ASKED)).toAbsolutePath());
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

    /** Directories of classes become one jar: a cache knows no directories. */
    private static String jars(Path directory) {
        List<String> create = new ArrayList<>();
        List<String> jars = new ArrayList<>();
        Path own = directory.resolve("product.jar");
        create.addAll(List.of("--create", "--file", own.toString()));
        jars.add(own.toString());
        for (Path entry : JavaProgram.classPathEntries()) {
            if (!Files.isDirectory(entry)) {
                jars.add(entry.toString());
            } else if (!entry.endsWith(TEST_CLASSES)) {
                create.addAll(List.of("-C", entry.toString(), "."));
            }
        }
        ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
        if (jar.run(System.out, System.err, create.toArray(String[]::new)) != 0) {
            throw new LabException("the jar of the product could not be made");
        }
        return String.join(":", jars);
    }

    private void train(Path directory) throws IOException, InterruptedException {
        Path config = directory.resolve("train.yaml");
        // An address that nobody else uses.
        Files.writeString(
                config,
                """
                data: %s
                translator: {shards: 1, capacity: {sessions: 1024, mappings: 1024, subscribers: 64}}
                pcp: {listen: [127.83.17.6]}
                metrics: {listen: "127.83.17.6:9464"}
                admin: {listen: "127.83.17.6:8443"}
                upnp: {interfaces: [lo]}
                """
                        .formatted(directory.resolve("data")));
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
