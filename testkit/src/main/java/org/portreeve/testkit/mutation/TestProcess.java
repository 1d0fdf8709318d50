package org.portreeve.testkit.mutation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs tests in another process, with the classes of a mutant before the built ones. One thread.
 */
final class TestProcess {
    /** A broken server may never answer; each test's own patience is shorter than this. */
    private static final long PATIENCE_SECONDS = 180;

    private static final List<String> FLAGS =
            List.of(
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-XX:-UsePerfData",
                    "-ea",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final String classPath;
    private final Path said;

    /** The output of the last process is in a file. */
    TestProcess(String classPath, Path said) {
        this.classPath = classPath;
        this.said = said;
    }

    /** Runs tests against the build, or a mutant of it; the tests of a broken one may hang. */
    Fate run(List<String> tests, List<Path> before) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(FLAGS);
        words.addAll(List.of("-cp", joined(before), TestMain.class.getName()));
        words.addAll(tests);
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS * tests.size(), TimeUnit.SECONDS)) {
                return Fate.NOTICED;
            }
            return switch (process.exitValue()) {
                case TestMain.PASSED -> Fate.SURVIVED;
                case TestMain.FAILED -> Fate.NOTICED;
                default -> Fate.NOT_RUN;
            };
        } finally {
            process.destroyForcibly();
        }
    }

    private String joined(List<Path> before) {
        var path = new StringBuilder();
        before.forEach(entry -> path.append(entry).append(File.pathSeparatorChar));
        return path.append(classPath).toString();
    }

    /** What the last process said. */
    String said() throws IOException {
        return Files.readString(said);
    }
}
