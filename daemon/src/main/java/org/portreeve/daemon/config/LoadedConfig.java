package org.portreeve.daemon.config;

import java.util.List;

/** What became of reading a configuration. Immutable. */
public sealed interface LoadedConfig {
    /**
     * The node can be built.
     *
     * @param config the checked configuration
     * @param notes what an operator should know about it, as whole sentences
     */
    record Valid(NodeConfig config, List<String> notes) implements LoadedConfig {
        /** Takes a copy of the list. */
        public Valid {
            notes = List.copyOf(notes);
        }
    }

    /** The node must not start; these are all the faults, in the order of the file. */
    record Refused(List<Fault> faults) implements LoadedConfig {
        /** Takes a copy of the list. */
        public Refused {
            faults = List.copyOf(faults);
        }
    }
}
