package org.portreeve.testkit.mutation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Breaks lines that obey conformance rows and expects the tagged tests to fail. To be run in the
 * root of the repository, on a JDK, with Maven and its dependencies at hand or with the class path
 * of what was built:
 *
 * <pre>java -cp testkit/target/classes org.portreeve.testkit.mutation.MutationMain -n 20</pre>
 */
public final class MutationMain {
    /** Where the tests of all rows in the table are. */
    private static final String MODULE = "pcp-server";

    private final MutantBuild build;
    private final TestProcess tests;

    private MutationMain(MutantBuild build, TestProcess tests) {
        this.build = build;
        this.tests = tests;
    }

    /** Exits 0 when every mutant was noticed, 1 when one was not, 2 on words it does not know. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        DrawOptions options;
        try {
            options = DrawOptions.parse(arguments);
        } catch (IllegalArgumentException _) {
            System.err.println(DrawOptions.USAGE);
            System.exit(2);
            return;
        }
        List<Mutation> drawn = Mutations.draw(Mutations.all(), options);
        System.out.printf("%d rows, --seed %d%n", drawn.size(), options.seed());
        System.exit(run(drawn, options) ? 0 : 1);
    }

    private static boolean run(List<Mutation> drawn, DrawOptions options)
            throws IOException, InterruptedException {
        Path root = Path.of("").toAbsolutePath();
        String classPath =
                options.classPath().isEmpty()
                        ? MavenClassPath.ofTests(root, MODULE)
                        : options.classPath();
        Path said = Files.createTempFile("portreeve-mutants-", ".log");
        try (MutantBuild build = MutantBuild.of(root, classPath)) {
            var main = new MutationMain(build, new TestProcess(classPath, said));
            return main.passesUnbroken(drawn) && main.noticesEach(drawn);
        } finally {
            Files.delete(said);
        }
    }

    /** A test that fails anyway notices nothing. */
    private boolean passesUnbroken(List<Mutation> drawn) throws IOException, InterruptedException {
        List<String> names = drawn.stream().map(Mutation::test).distinct().toList();
        if (tests.run(names, List.of()) == Fate.SURVIVED) {
            return true;
        }
        System.out.println("The tests do not pass on the code as it is:\n" + tests.said());
        return false;
    }

    private boolean noticesEach(List<Mutation> drawn) throws IOException, InterruptedException {
        int noticed = 0;
        for (Mutation mutation : drawn) {
            Fate fate = fate(mutation);
            noticed += fate == Fate.NOTICED ? 1 : 0;
            System.out.printf(
                    "%-12s %-17s %-24s %s%n",
                    mutation.row(), fate.words(), mutation.file(), mutation.shortTest());
            if (fate != Fate.NOTICED) {
                System.out.printf("    %s -> %s%n", mutation.original(), mutation.replacement());
            }
        }
        System.out.printf("mutants: %d of %d noticed%n", noticed, drawn.size());
        return noticed == drawn.size();
    }

    private Fate fate(Mutation mutation) throws IOException, InterruptedException {
        String complaints = build.compile(mutation);
        if (!complaints.isEmpty()) {
            System.out.println(complaints);
            return Fate.NOT_COMPILED;
        }
        return tests.run(List.of(mutation.test()), List.of(build.classes()));
    }
}
