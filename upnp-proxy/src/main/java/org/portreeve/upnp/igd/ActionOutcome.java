package org.portreeve.upnp.igd;

import java.util.Map;

/** What became of an action. Immutable. */
public sealed interface ActionOutcome {
    /** It was done; the values of its OUT arguments by name. */
    record Done(Map<String, String> results) implements ActionOutcome {
        /** Takes a copy of the map. */
        public Done {
            results = Map.copyOf(results);
        }
    }

    /** It was refused and nothing was changed. */
    record Failed(IgdFault fault) implements ActionOutcome {}

    /** Done, with nothing to tell. */
    static ActionOutcome done() {
        return new Done(Map.of());
    }

    /** Refused. */
    static ActionOutcome failed(IgdFault fault) {
        return new Failed(fault);
    }
}
