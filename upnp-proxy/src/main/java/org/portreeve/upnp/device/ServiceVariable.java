package org.portreeve.upnp.device;

import org.jupnp.model.types.Datatype;

/**
 * A state variable of a service. Immutable.
 *
 * @param isEvented whether subscribers are told of its changes
 */
record ServiceVariable(String name, Datatype.Builtin type, boolean isEvented) {
    /** A variable that only arguments refer to. */
    static ServiceVariable plain(String name, Datatype.Builtin type) {
        return new ServiceVariable(name, type, false);
    }

    /** A variable whose changes are told. */
    static ServiceVariable evented(String name, Datatype.Builtin type) {
        return new ServiceVariable(name, type, true);
    }
}
