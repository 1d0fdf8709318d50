package org.portreeve.testkit.mutation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The process that runs some tests, each named by class, {@code #} and method. */
final class TestMain {
    static final int PASSED = 0;
    static final int FAILED = 3;
    static final int NOT_FOUND = 4;

    private static final int FAULTS_SHOWN = 3;

    private TestMain() {}

    public static void main(String[] tests) throws ClassNotFoundException {
        List<DiscoverySelector> selectors = new ArrayList<>();
        for (String test : tests) {
            selectors.addAll(selectors(test));
        }
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true, UTF_8), FAULTS_SHOWN);
        // Threads that a broken node left behind must not keep the process.
        System.exit(code(summary, tests.length));
    }

    private static int code(TestExecutionSummary summary, int wanted) {
        if (summary.getTotalFailureCount() > 0) {
            return FAILED;
        }
        return summary.getTestsSucceededCount() < wanted ? NOT_FOUND : PASSED;
    }

    /** A parameterized method is found by its name alone. */
    private static List<DiscoverySelector> selectors(String test) throws ClassNotFoundException {
        String[] words = test.split("#", 2);
        Class<?> testClass = Class.forName(words[0]);
        return Arrays.stream(testClass.getDeclaredMethods())
                .filter(method -> method.getName().equals(words[1]))
                .map(method ->
                        (DiscoverySelector) DiscoverySelectors.selectMethod(testClass, method))
                .toList();
    }
}
