package org.portreeve.testkit.mutation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds the product and its tests, and asks what their class path is. One thread. */
final class MavenClassPath {
    private static final String CLASSES = "target/classes";
    private static final String TEST_CLASSES = "target/test-classes";

    private MavenClassPath() {}

    /** The class path of a module's tests, its own classes first. */
    static String ofTests(Path root, String module) throws IOException, InterruptedException {
        Path file = Files.createTempFile("portreeve-class-path-", ".txt");
        try {
            int code =
                    new ProcessBuilder(
                                    "mvn",
                                    "-q",
                                    "-B",
                                    "-o",
                                    "-pl",
                                    module,
                                    "-am",
                                    "-Dspotless.check.skip=true",
                                    "-Dmdep.outputFile=" + file,
                                    "-Dmdep.includeScope=test",
                                    "test-compile",
                                    "dependency:build-classpath")
                            .directory(root.toFile())
                            .inheritIO()
                            .start()
                            .waitFor();
            if (code != 0) {
                throw new IOException("Maven could not build " + module + "; it said why above");
            }
            Path own = root.resolve(module);
            return String.join(
                    File.pathSeparator,
                    own.resolve(TEST_CLASSES).toString(),
                    own.resolve(CLASSES).toString(),
                    Files.readString(file).strip());
        } finally {
            Files.delete(file);
        }
    }
}
