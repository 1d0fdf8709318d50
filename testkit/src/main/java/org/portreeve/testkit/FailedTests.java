package org.portreeve.testkit;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Prints the name of each test that fails, with that of its invocation: the seed that runs it
 * again, which the build's own summary leaves out. Whatever launches tests loads it. Any thread.
 */
public final class FailedTests implements TestExecutionListener {
    private volatile TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        this.plan = plan;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
            System.out.println("failed: " + nameOf(test));
        }
    }

    private String nameOf(TestIdentifier test) {
        return plan.getParent(test)
                .filter(parent -> parent.getParentId().isPresent())
                .map(parent -> nameOf(parent) + " > " + test.getDisplayName())
                .orElse(test.getDisplayName());
    }
}
