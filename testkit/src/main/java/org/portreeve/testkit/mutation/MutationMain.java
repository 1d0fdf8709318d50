package org.portreeve.testkit.mutation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Breaks lines that obey conformance rows and expects the tagged tests to fail. To be run in the
 * root of the repository, on a JDK, with Maven and its dependencies at hand:
 *
 * <pre>java -cp testkit/target/classes org.portreeve.testkit.mutation.MutationMain -n 20</pre>
 */
public final class MutationMain {
    private static final String USAGE = "usage: MutationMain [-n ROWS] [--seed N]";
    private static final int ROWS = 20;

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
        int rowCount = ROWS;
        long seed = new SplittableRandom().nextLong(1, 1L << 40);
        try {
            for (int i = 0; i < arguments.length; i += 2) {
                switch (arguments[i]) {
                    case "-n" -> rowCount = Integer.parseInt(arguments[i + 1]);
                    case "--seed" -> seed = Long.parseLong(arguments[i + 1]);
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException _) {
            System.err.println(USAGE);
            System.exit(2);
        }
        List<Mutation> drawn = Mutations.draw(Mutations.all(), rowCount, seed);
        System.out.printf("%d rows, --seed %d%n", drawn.size(), seed);
        System.exit(run(drawn) ? 0 : 1);
    }

    private static boolean run(List<Mutation> drawn) throws IOException, InterruptedException {
        Path root = Path.of("").toAbsolutePath();
        String classPath = MavenClassPath.ofTests(root, MODULE);
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
                    "%-12s %-17s %s%n", mutation.row(), fate.words(), mutation.shortTest());
            if (fate != Fate.NOTICED) {
                System.out.printf(
                        "    %s: %s -> %s%n",
                        mutation.source(), mutation.original(), mutation.replacement());
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
