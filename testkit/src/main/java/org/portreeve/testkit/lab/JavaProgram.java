package org.portreeve.testkit.lab;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Command lines that run main classes of our own class path in another process. Any thread. */
public final class JavaProgram {
    /** What the product needs to reach the kernel and its memory; assertions are on, as in use. */
    private static final List<String> NODE_FLAGS =
            List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-XX:+UseParallelGC",
                    "-XX:-UseAdaptiveSizePolicy",
                    "-XX:InitialRAMPercentage=3",
                    "-XX:NewRatio=2",
                    "-XX:SurvivorRatio=4",
                    "-XX:MaxTenuringThreshold=2",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-ea:org.portreeve...");

    /** Small programs that live for seconds: start fast, stay small. */
    private static final List<String> SMALL_FLAGS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx256m");

    // Process numbers of two labs are the same, and so would their files of performance data be.
    private static final String NO_PERFORMANCE_FILE = "-XX:-UsePerfData";

    private static final String CLASS_PATH = "-cp";

    private JavaProgram() {}

    /** The words that start the product's program. */
    public static String[] product(String mainClass, String... arguments) {
        if (ClassCache.isAsked()) {
            ClassCache cache = ClassCache.get();
            return product(cache.flags(), cache.classPath(), mainClass, arguments);
        }
        return product(List.of(), classPath(), mainClass, arguments);
    }

    /** The same with flags besides those it always has, and a class path of its own. */
    static String[] product(
            List<String> moreFlags, String classPath, String mainClass, String... arguments) {
        List<String> flags = new ArrayList<>(NODE_FLAGS);
        flags.addAll(moreFlags);
        return command(flags, classPath, mainClass, arguments);
    }

    /** The words that start one of the lab's own small programs. */
    public static String[] small(Class<?> mainClass, String... arguments) {
        return command(SMALL_FLAGS, classPath(), mainClass.getName(), arguments);
    }

    private static String[] command(
            List<String> flags, String classPath, String mainClass, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add(NO_PERFORMANCE_FILE);
        words.addAll(flags);
        words.addAll(List.of(CLASS_PATH, classPath, mainClass));
        words.addAll(List.of(arguments));
        return words.toArray(String[]::new);
    }

    /** A command for a person: what stands before a main class is left out. */
    static String shown(List<String> command) {
        int classPath = command.indexOf(CLASS_PATH);
        int first = classPath < 0 ? 0 : classPath + 2;
        return String.join(" ", command.subList(first, command.size()));
    }

    /** Our class path in absolute form, for processes that may have another directory. */
    static List<Path> classPathEntries() {
        String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
        return Arrays.stream(entries).map(entry -> Path.of(entry).toAbsolutePath()).toList();
    }

    private static String classPath() {
        return classPathEntries().stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
