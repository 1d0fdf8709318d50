package org.portreeve.testkit.mutation;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.portreeve.testkit.FileTrees;

/**
 * A copy of the product's sources in a directory of its own, of which one module is compiled with
 * one mutation at a time. The whole module, because the compiler copies constants. One thread.
 */
final class MutantBuild implements AutoCloseable {
    private final Path root;
    private final String classPath;
    private final Path directory;

    private MutantBuild(Path root, String classPath, Path directory) {
        this.root = root;
        this.classPath = classPath;
        this.directory = directory;
    }

    static MutantBuild of(Path root, String classPath) throws IOException {
        return new MutantBuild(root, classPath, Files.createTempDirectory("portreeve-mutants-"));
    }

    /** Where the classes of the mutant are. */
    Path classes() {
        return directory.resolve("classes");
    }

    /** Compiles; returns what the compiler complained of, empty when it did not. */
    String compile(Mutation mutation) throws IOException {
        FileTrees.remove(directory.resolve(mutation.module()));
        FileTrees.remove(classes());
        Files.createDirectories(classes());
        copySources(mutation.module());
        Path source = directory.resolve(mutation.source());
        Files.writeString(source, mutation.applyTo(Files.readString(source)));
        return compile(directory.resolve(mutation.module()));
    }

    private void copySources(String module) throws IOException {
        Path from = root.resolve(module).resolve("src/main/java");
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                Path copy = directory.resolve(root.relativize(path).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(path, copy);
            }
        }
    }

    private String compile(Path sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var complaints = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> paths = Files.walk(sources)) {
            List<String> options =
                    List.of("-proc:none", "-nowarn", "-d", classes().toString(), "-cp", classPath);
            List<Path> java = paths.filter(path -> path.toString().endsWith(".java")).toList();
            boolean compiles =
                    compiler.getTask(
                                    complaints,
                                    files,
                                    null,
                                    options,
                                    null,
                                    files.getJavaFileObjectsFromPaths(java))
                            .call();
            return compiles ? "" : complaints.toString();
        }
    }

    @Override
    public void close() throws IOException {
        FileTrees.remove(directory);
    }
}
