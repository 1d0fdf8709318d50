package org.portreeve.nat.directory;

import java.util.List;
import java.util.function.Consumer;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.rules.Rules;

/**
 * The rules that hold for a subscriber now: those of its profile as port control published them
 * last, and until it has those of the configuration. Any thread.
 */
public final class SubscriberRules {
    private final Directory directory;
    private final ProfileRules atStart;

    public SubscriberRules(Directory directory, Rules atStart) {
        this.directory = directory;
        this.atStart = ProfileRules.of(List.of(atStart));
    }

    /** The rules of all profiles; to be asked anew for each packet. */
    public ProfileRules now() {
        ProfileRules published = directory.rules();
        return published == ProfileRules.NONE ? atStart : published;
    }

    /**
     * Has the caller make ready for rules before they hold, as {@link Directory#beforeRules} says.
     */
    public void beforeRules(Consumer<ProfileRules> preparation) {
        preparation.accept(atStart);
        directory.beforeRules(preparation);
    }

    /** The profile index of a subscriber. */
    public int profile(int subscriber) {
        return directory.profile(subscriber);
    }

    /** Whether staff drain the subscriber, so that it gets no new mapping. */
    public boolean isClosed(int subscriber) {
        return directory.isClosed(subscriber);
    }

    /** What explicit requests of the subscriber may get. */
    public PortRange explicitPorts(int subscriber) {
        return now().explicitPorts(profile(subscriber));
    }

    /** Whether inbound packets keep the subscriber's sessions. Asked for each such packet. */
    public boolean refreshesInbound(int subscriber) {
        ProfileRules rules = now();
        return rules.hasInboundRefresh() && rules.inboundRefresh(profile(subscriber));
    }
}
