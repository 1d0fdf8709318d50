package org.portreeve.upnp.igd;

import java.util.Map;

/**
 * One call of an action by a host. Immutable.
 *
 * @param version by which version of the service it was called
 * @param callerIp the host's address
 * @param arguments the values of the IN arguments by name: all are there, numbers are in the range
 *     of their type, booleans are {@code 0} or {@code 1}
 */
public record ActionCall(IgdVersion version, int callerIp, Map<String, String> arguments) {
    /** Takes a copy of the map. */
    public ActionCall {
        arguments = Map.copyOf(arguments);
    }

    /** A text argument. */
    String text(String name) {
        return arguments.get(name);
    }

    /** A number argument. */
    long number(String name) {
        return Long.parseLong(arguments.get(name));
    }

    /** A boolean argument. */
    boolean flag(String name) {
        return arguments.get(name).equals("1");
    }

    /** The fault for the version of the call. */
    ActionOutcome refuse(IgdFault inVersion1, IgdFault inVersion2) {
        return ActionOutcome.failed(
                switch (version) {
                    case V1 -> inVersion1;
                    case V2 -> inVersion2;
                });
    }
}
