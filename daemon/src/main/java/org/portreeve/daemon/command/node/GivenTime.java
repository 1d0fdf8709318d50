package org.portreeve.daemon.command.node;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Times that are given to commands: with their zone, or nobody could say which moment is meant. */
public final class GivenTime {
    private GivenTime() {}

    /** The moment that the option {@code --at} names. */
    public static Instant at(CommandSpec spec, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--at is a time with its zone, such as 2026-03-01T12:30:00Z",
                    e);
        }
    }
}
