package org.portreeve.daemon;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.linux.TunDevices;
import org.portreeve.nat.io.memory.MemoryPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The packet ports of a node, one for each shard, and how to close them. Main thread.
 *
 * @param ports by shard index
 * @param closing closes all of them
 */
record Packets(List<? extends PacketPort> ports, Runnable closing) {
    private static final Logger LOG = LoggerFactory.getLogger(Packets.class);

    /** Opens what the configuration names; the exception's message is for the operator. */
    static Packets open(NodeConfig config) throws IOException {
        int shards = config.nat().shardCount();
        return switch (config.packetIo().io()) {
            case TUN -> {
                int hosts = config.nat().capacity().subscribers();
                var devices = TunDevices.open(config.packetIo().tunName(), shards, hosts);
                devices.steeringFault().ifPresent(Packets::isNotSteered);
                yield new Packets(devices.ports(), devices::close);
            }
            case MEMORY -> {
                var ports = Stream.generate(MemoryPort::new).limit(shards).toList();
                yield new Packets(ports, () -> ports.forEach(MemoryPort::close));
            }
        };
    }

    private static void isNotSteered(String fault) {
        LOG.warn(
                "the kernel does not lead packets to the queues of their shards, which hand them to"
                        + " one another instead ({}): give the node CAP_BPF, or use one shard",
                fault);
    }

    void close() {
        closing.run();
    }
}
