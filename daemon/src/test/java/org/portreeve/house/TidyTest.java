package org.portreeve.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** What the formatter and Error Prone do not check; may only become stricter. */
class TidyTest {
    private static final int METHOD_LINES = 70;
    private static final int FILE_LINES = 500;
    private static final int TEST_FILE_LINES = 800;

    /** Who may read a clock or roll dice: the outermost classes, which pass the value inwards. */
    private static final Map<String, Set<String>> SHELL =
            Map.of(
                    "System.nanoTime",
                            Set.of(
                                    "daemon/Node",
                                    "daemon/command/pcp/PcpTarget",
                                    "nat/shard/Translator",
                                    "nat/shard/ShardThread"),
                    "System.currentTimeMillis", Set.of("daemon/Node"),
                    "Instant.now", Set.of(),
                    "Math.random", Set.of(),
                    "ThreadLocalRandom.current", Set.of("testkit/Seeds"));

    /** Test support that measures or drives real processes. */
    private static final List<String> REAL_TIME_PACKAGES =
            List.of(
                    "org.portreeve.testkit.lab",
                    "org.portreeve.testkit.kills",
                    "org.portreeve.bench");

    private static final Pattern BANNED_TYPE =
            Pattern.compile("(Default|Abstract)[A-Z].*|.*(Manager|Helper|Utils?|Impl|Data|Info)");
    private static final Pattern BANNED_PACKAGE =
            Pattern.compile(".*\\.(util|common|impl|helper|manager)(\\..*|$)");

    /** A citation is RFC, a space and the number; a section is marked by its sign. */
    private static final Pattern BAD_CITATION =
            Pattern.compile(
                    "\\bRFC[-_]?\\d{3,5}|\\bRfc \\d|\\brfc \\d"
                            + "|\\bRFC \\d+,? ([Ss]ection|[Ss]ec\\.|REQ \\d|§ )");

    private static final Pattern LEFT_OVER = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");

    private final List<Sources.Source> sources = Sources.java();

    @Test
    void filesFitTheWall() {
        var faults = new ArrayList<String>();
        for (Sources.Source source : sources) {
            long lines = source.text().lines().count();
            if (lines > (source.isTest() ? TEST_FILE_LINES : FILE_LINES)) {
                faults.add(source.at(0) + " has " + lines + " lines");
            }
        }
        assertNone(faults);
    }

    @Test
    void linesHaveNoTabsNoLeftOversAndProperCitations() {
        var faults = new ArrayList<String>();
        for (Sources.Source source : sources) {
            if (source.path().endsWith("TidyTest.java")) {
                continue;
            }
            List<String> lines = source.text().lines().toList();
            for (int line = 0; line < lines.size(); line++) {
                // Tests may hold what programs print.
                boolean isTabbed = !source.isTest() && lines.get(line).indexOf('\t') >= 0;
                if (isTabbed
                        || LEFT_OVER.matcher(lines.get(line)).find()
                        || BAD_CITATION.matcher(lines.get(line)).find()) {
                    faults.add(source.at(line) + " " + lines.get(line).strip());
                }
            }
        }
        assertNone(faults);
    }

    @Test
    void everyPackageHasASentenceThatNamesItsThread() {
        var sentences = new TreeSet<String>();
        var packages = new TreeSet<String>();
        var faults = new ArrayList<String>();
        for (Sources.Source source : sources) {
            packages.add(source.packageName());
            if (BANNED_PACKAGE.matcher(source.packageName()).matches()) {
                faults.add(source.at(0) + " lies in a package that says nothing");
            }
            if (source.path().endsWith("package-info.java")) {
                sentences.add(source.packageName());
                if (!source.text().matches("(?s).*/\\*\\*.*([Tt]hread|[Ll]oop|[Ss]hard).*")) {
                    faults.add(source.at(0) + " does not say which thread may call");
                }
            }
        }
        packages.removeAll(sentences);
        packages.forEach(name -> faults.add(name + " has no package-info.java"));
        assertNone(faults);
    }

    @Test
    void methodsFitTheWallNamesSayWhatAndShellsAloneReadClocks() throws IOException {
        var faults = new ArrayList<String>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            List<Path> paths = sources.stream().map(Sources.Source::path).toList();
            var task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    null,
                                    null,
                                    files.getJavaFileObjectsFromPaths(paths));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Inspection(unit, positions, faults).scan(unit, null);
            }
        }
        assertNone(faults);
    }

    @Test
    void thereAreSourcesToInspect() {
        assertTrue(sources.size() > 20, () -> "sources: " + sources.size());
    }

    private static void assertNone(List<String> faults) {
        assertEquals("", faults.stream().sorted().collect(Collectors.joining("\n")));
    }

    /** Looks at the syntax of one file. */
    private static final class Inspection extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> faults;
        private final String path;

        Inspection(CompilationUnitTree unit, SourcePositions positions, List<String> faults) {
            this.unit = unit;
            this.positions = positions;
            this.faults = faults;
            this.path = unit.getSourceFile().getName();
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            long lines = line(positions.getEndPosition(unit, method)) - start(method) + 1;
            if (lines > METHOD_LINES) {
                fault(method, method.getName() + " has " + lines + " lines");
            }
            return super.visitMethod(method, null);
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            if (BANNED_TYPE.matcher(type.getSimpleName()).matches()) {
                fault(type, type.getSimpleName() + " is a name that says nothing");
            }
            return super.visitClass(type, null);
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree select, Void nothing) {
            refuseOutsideShell(select, select.toString());
            return super.visitMemberSelect(select, null);
        }

        @Override
        public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
            refuseOutsideShell(reference, reference.toString().replace("::", "."));
            return super.visitMemberReference(reference, null);
        }

        private void refuseOutsideShell(Tree tree, String call) {
            if (SHELL.containsKey(call) && !mayCall(call)) {
                fault(tree, call + " outside the shell; take the value as an argument");
            }
        }

        private boolean mayCall(String call) {
            String packageName = unit.getPackageName().toString();
            return path.contains("/src/test/")
                    || REAL_TIME_PACKAGES.stream().anyMatch(packageName::startsWith)
                    || SHELL.get(call).stream().anyMatch(name -> path.endsWith(name + ".java"));
        }

        private void fault(Tree tree, String what) {
            faults.add(path + ":" + start(tree) + " " + what);
        }

        private long start(Tree tree) {
            return line(positions.getStartPosition(unit, tree));
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}
