package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.portreeve.control.view.BlockEvent;
import org.portreeve.control.view.BlockView;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingView;

/**
 * Who hears of every change of a mapping or a port block: its owner, when others changed it, and
 * whoever listens, who must not throw. Event loop only.
 */
final class Listeners {
    private final List<Consumer<MappingEvent>> listeners = new ArrayList<>();
    private final List<Consumer<BlockEvent>> blockListeners = new ArrayList<>();
    private final Function<Lease, MappingView> view;
    private final OwnerNews news;

    Listeners(Function<Lease, MappingView> view, OwnerNews news) {
        this.view = view;
        this.news = news;
    }

    void add(Consumer<MappingEvent> listener) {
        listeners.add(listener);
    }

    void addBlocks(Consumer<BlockEvent> listener) {
        blockListeners.add(listener);
    }

    void made(Lease lease) {
        news.made(lease);
        if (!listeners.isEmpty()) {
            tell(new MappingEvent.Made(view.apply(lease)));
        }
    }

    void changed(Lease lease) {
        if (!listeners.isEmpty()) {
            tell(new MappingEvent.Changed(view.apply(lease)));
        }
    }

    void ended(Lease lease, MappingEvent.Cause cause) {
        news.ended(lease, cause);
        if (!listeners.isEmpty()) {
            tell(new MappingEvent.Ended(view.apply(lease), cause));
        }
    }

    /** A reservation is in force. */
    void made(MappingView mapping) {
        tell(new MappingEvent.Made(mapping));
    }

    /** A reservation is in force no more. */
    void ended(MappingView mapping) {
        tell(new MappingEvent.Ended(mapping, MappingEvent.Cause.STAFF));
    }

    /** What staff call a reservation changed. */
    void changed(MappingView mapping) {
        tell(new MappingEvent.Changed(mapping));
    }

    /** A subscriber has a block from now on. */
    void leased(BlockView block) {
        blockListeners.forEach(listener -> listener.accept(new BlockEvent.Leased(block)));
    }

    /** A block went back to the pool. */
    void released(BlockView block) {
        blockListeners.forEach(listener -> listener.accept(new BlockEvent.Released(block)));
    }

    private void tell(MappingEvent event) {
        for (Consumer<MappingEvent> listener : listeners) {
            listener.accept(event);
        }
    }
}
