package org.portreeve.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.daemon.metrics.NodeMetrics;

/** Every counter has a sentence for the operator, and the page of counters is made of them. */
class CounterPageTest {
    private static final int LEAST_HELP_LETTERS = 12;

    @Test
    void everyCounterHasAHelpSentence() throws ReflectiveOperationException {
        for (Class<?> counters : counterEnums()) {
            for (Object counter : counters.getEnumConstants()) {
                String help = help(counter);
                String name = counters.getSimpleName() + "." + counter;
                assertFalse(help.strip().length() < LEAST_HELP_LETTERS, () -> name + ": " + help);
                assertEquals(help.strip(), help, name);
            }
        }
    }

    @Test
    void committedPageIsMadeOfTheCounters() throws ReflectiveOperationException {
        var page = new StringBuilder("# Counters\n\nMade from the code; do not edit.\n");
        for (Class<?> counters : counterEnums()) {
            page.append("\n## ").append(counters.getSimpleName()).append("\n\n");
            page.append("| metric | what it says |\n|---|---|\n");
            for (Object counter : counters.getEnumConstants()) {
                append(page, text(counter, "metricName"), help(counter));
            }
        }
        page.append("\n## NodeMetrics\n\nFor each shard, and for each kind of event.\n\n");
        page.append("| metric | what it says |\n|---|---|\n");
        for (NodeMetrics.Labelled metric : NodeMetrics.Labelled.values()) {
            append(page, metric.metricName(), metric.help());
        }
        Sources.assertGenerated("docs/counters.md", page.toString());
    }

    private static void append(StringBuilder page, String name, String help) {
        page.append("| `").append(name).append("` | ");
        page.append(help.replace("|", "\\|")).append(" |\n");
    }

    private static List<Class<?>> counterEnums() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("org.portreeve")
                        .stream()
                        .filter(JavaClass::isEnum)
                        .filter(type -> type.getSimpleName().endsWith("Counter"))
                        .sorted(Comparator.comparing(JavaClass::getName))
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
    }

    private static String help(Object counter) throws ReflectiveOperationException {
        return text(counter, "help");
    }

    private static String text(Object counter, String name) throws ReflectiveOperationException {
        Class<?> type = ((Enum<?>) counter).getDeclaringClass();
        var method =
                Arrays.stream(type.getDeclaredMethods())
                        .filter(candidate -> candidate.getName().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(type + " has no " + name));
        method.setAccessible(true);
        return (String) method.invoke(counter);
    }
}
