package org.portreeve.testkit.lab;

import java.util.List;

/**
 * What a finished command left. Immutable.
 *
 * @param command the words of the command, without how the namespace was entered
 * @param exit its exit status; 128 and the signal's number when a signal ended it
 * @param output what it wrote to standard output and standard error, in order
 */
public record CommandResult(List<String> command, int exit, String output) {
    /** Whether the exit status is 0. */
    public boolean succeeded() {
        return exit == 0;
    }

    /** This result, or the exception that shows the command and its output. */
    public CommandResult orThrow() {
        if (!succeeded()) {
            throw new LabException(
                    "%s: exit %d%n%s".formatted(JavaProgram.shown(command), exit, output));
        }
        return this;
    }
}
