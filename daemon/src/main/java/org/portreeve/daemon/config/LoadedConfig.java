package org.portreeve.daemon.config;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What became of reading a configuration. Immutable. */
public sealed interface LoadedConfig {
    /**
     * The node can be built.
     *
     * @param config the checked configuration
     * @param notes what an operator should know about it, as whole sentences
     * @param values the value of every key, as written, by path
     */
    record Valid(NodeConfig config, List<String> notes, SortedMap<String, String> values)
            implements LoadedConfig {
        /** Takes copies. */
        public Valid {
            notes = List.copyOf(notes);
            values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
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
