package org.portreeve.upnp.device;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.portreeve.upnp.igd.ActionCall;
import org.portreeve.upnp.igd.ActionOutcome;

/**
 * An action of a service: what its description says and what it does. Immutable.
 *
 * @param in its IN arguments in the order of the standard
 * @param out its OUT arguments in the order of the standard
 * @param handler called on the loop of the gateway
 */
record ServiceAction(
        String name,
        List<Argument> in,
        List<Argument> out,
        Function<ActionCall, CompletionStage<ActionOutcome>> handler) {
    /** Takes copies. */
    ServiceAction {
        in = List.copyOf(in);
        out = List.copyOf(out);
    }

    /** An argument and the state variable that gives its type. Immutable. */
    record Argument(String name, String variable) {}
}
