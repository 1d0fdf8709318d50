package org.portreeve.bench;

import picocli.CommandLine.Option;

/** How often and how long what is measured. Set by the command line before use; main thread. */
final class SampleOptions {
    @Option(names = "--rounds", description = "Rounds (default ${DEFAULT-VALUE}).")
    int rounds = 5;

    @Option(names = "--seconds", description = "Seconds a sample (default ${DEFAULT-VALUE}).")
    int seconds = 3;

    @Option(
            names = "--only",
            description = "Only measurements with this in their names.",
            paramLabel = "TEXT")
    String only = "";
}
