package org.portreeve.daemon.command;

/** What the commands exit with; scripts rely on these numbers. Immutable. */
final class ExitCode {
    static final int SUCCESS = 0;

    /** The command could not do what was asked. */
    static final int FAILURE = 1;

    /** Bad arguments or a bad configuration; all faults were printed. */
    static final int BAD_INPUT = 2;

    /** The PCP server answered with an error. */
    static final int PCP_ERROR = 3;

    /** No PCP server answered. */
    static final int NO_ANSWER = 4;

    private ExitCode() {}
}
