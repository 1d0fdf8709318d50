package org.portreeve.daemon.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The product as an ordinary user has it: classes that everybody can read, a directory of the
 * user's own, and no rights. When the tests run as root, the user is {@code nobody}.
 */
final class OrdinaryUser implements AutoCloseable {
    private static final int NOBODY = 65_534;

    private final Path home;
    private final String classPath;

    private OrdinaryUser(Path home, String classPath) {
        this.home = home;
        this.classPath = classPath;
    }

    static OrdinaryUser prepare() throws IOException {
        Path home = Files.createTempDirectory("portreeve-user-");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path copy = home.resolve("cp" + copies.size() + (entry.endsWith(".jar") ? ".jar" : ""));
            copyTree(Path.of(entry), copy);
            copies.add(copy.toString());
        }
        return new OrdinaryUser(home, String.join(File.pathSeparator, copies));
    }

    private static void copyTree(Path from, Path to) throws IOException {
        if (!Files.exists(from)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path copy = to.resolve(from.relativize(path).toString());
                Files.copy(path, from.equals(path) ? to : copy);
            }
        }
        makeReadable(to);
    }

    private static void makeReadable(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.toList()) {
                String rights = Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--";
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
            }
        }
    }

    static boolean areWeRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    /** The words that run a main class as this user, in the user's directory. */
    List<String> command(String mainClass, String... arguments) throws IOException {
        List<String> words = asUser();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-ea"));
        words.add("--sun-misc-unsafe-memory-access=allow");
        words.add("-XX:-UsePerfData");
        words.addAll(List.of("-cp", classPath, mainClass));
        words.addAll(List.of(arguments));
        return words;
    }

    /** Whether this host lets the user make namespaces; some forbid it. */
    boolean mayMakeNamespaces() throws IOException, InterruptedException {
        List<String> words = asUser();
        words.addAll(List.of("unshare", "-U", "-r", "-n", "-m", "true"));
        return new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private List<String> asUser() throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "env",
                                "-C",
                                home.toString(),
                                "XDG_STATE_HOME=" + home.resolve("state")));
        if (areWeRoot()) {
            words.addAll(
                    List.of(
                            "setpriv",
                            "--reuid=" + NOBODY,
                            "--regid=" + NOBODY,
                            "--clear-groups",
                            "--bounding-set=-all",
                            "--inh-caps=-all"));
        }
        return words;
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> paths = Files.walk(home)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
