package org.portreeve.daemon;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.journal.JournalImage;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.nat.io.linux.RouteConfig;
import org.portreeve.nat.rules.PassThrough;

/** A node's configuration in the words of the parts that it configures. Pure. */
final class ControlSettings {
    private ControlSettings() {}

    static ControlConfig of(NodeConfig config) {
        return new ControlConfig(config.nat(), config.policy());
    }

    static RecoveredState recovered(JournalImage image) {
        return new RecoveredState(
                List.copyOf(image.leases()),
                List.copyOf(image.holds()),
                List.copyOf(image.pairings()),
                List.copyOf(image.blocks()),
                image.epochStartMillis(),
                image.lastWallMillis().orElse(0));
    }

    static RouteConfig routes(NodeConfig config) {
        var addresses = new ArrayList<Integer>(config.nat().pool().addresses());
        addresses.addAll(config.policy().dedicatedIps());
        return routes(config, addresses);
    }

    /** The same for these external addresses. */
    static RouteConfig routes(NodeConfig config, Collection<Integer> addresses) {
        var io = config.packetIo();
        return RouteConfig.of(
                io.tunName(),
                io.insideInterfaces(),
                io.outsideInterfaces(),
                config.nat().inside(),
                addresses,
                config.nat().passThrough().stream().map(PassThrough::prefix).distinct().toList(),
                io.ingressCheck());
    }
}
