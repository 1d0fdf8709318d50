package org.portreeve.daemon;

import org.portreeve.daemon.command.CommandTree;

/** The program: hands the arguments to the commands and exits with their code. Main thread. */
public final class Main {
    private Main() {}

    /** Runs one command. */
    public static void main(String[] arguments) {
        System.exit(CommandTree.commandLine().execute(arguments));
    }
}
