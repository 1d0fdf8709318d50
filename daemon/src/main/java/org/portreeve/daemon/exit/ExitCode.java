package org.portreeve.daemon.exit;

/** What the commands exit with; scripts rely on these numbers. Immutable. */
public final class ExitCode {
    /** The command did what was asked. */
    public static final int SUCCESS = 0;

    /** The command could not do what was asked. */
    public static final int FAILURE = 1;

    /** Bad arguments or a bad configuration; all faults were printed. */
    public static final int BAD_INPUT = 2;

    /** The PCP server answered with an error. */
    public static final int PCP_ERROR = 3;

    /** No PCP server answered. */
    public static final int NO_ANSWER = 4;

    private ExitCode() {}
}
