package org.portreeve.nat.memory;

import java.lang.foreign.Arena;
import java.util.function.Supplier;

/** Memory of a simulated node that goes when the node goes. Owned by the test's thread. */
public final class TableMemory implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();

    /** Makes something whose tables lie here. */
    public <T> T make(Supplier<T> maker) {
        return ScopedValue.where(Memory.TABLES, arena).call(maker::get);
    }

    /** Gives the memory back; nothing that was made may be used any more. */
    @Override
    public void close() {
        arena.close();
    }
}
