package org.portreeve.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of the repository, for tests that read them. Any thread. */
final class Sources {
    /** The directory of the root POM; the build passes it. */
    static final Path ROOT = Path.of(System.getProperty("portreeve.root", "..")).toAbsolutePath();

    private Sources() {}

    /** A source file and its text. */
    record Source(Path path, String text) {
        boolean isTest() {
            return path.toString().contains("/src/test/");
        }

        String packageName() {
            return text.lines()
                    .filter(line -> line.startsWith("package "))
                    .findFirst()
                    .map(line -> line.substring("package ".length(), line.length() - 1))
                    .orElse("");
        }

        /** The place as people say it. */
        String at(int lineIndex) {
            return ROOT.relativize(path) + ":" + (lineIndex + 1);
        }
    }

    /** Every Java source of every module, in the order of its path. */
    static List<Source> java() {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> path.toString().matches(".*/src/(main|test)/java/.*"))
                    .filter(path -> !path.toString().contains("/target/"))
                    .sorted()
                    .map(path -> new Source(path, read(path)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The committed document must be what the code generates; {@code -Dregen} writes it anew. */
    static void assertGenerated(String document, String generated) {
        Path path = ROOT.resolve(document);
        try {
            if (System.getProperty("regen") != null) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, generated);
            }
            String committed = Files.exists(path) ? Files.readString(path) : "";
            assertEquals(generated, committed, () -> document + " is stale: " + REGENERATE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final String REGENERATE =
            "mvn -pl daemon -am -Dregen -Dtest='*PageTest' -Dsurefire.failIfNoSpecifiedTests=false"
                    + " test";
}
