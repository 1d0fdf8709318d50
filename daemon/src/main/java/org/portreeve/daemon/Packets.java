package org.portreeve.daemon;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.linux.TunDevices;
import org.portreeve.nat.io.memory.MemoryPort;

/**
 * The packet ports of a node, one for each shard, and how to close them. Main thread.
 *
 * @param ports by shard index
 * @param closing closes all of them
 */
record Packets(List<? extends PacketPort> ports, Runnable closing) {
    /** Opens what the configuration names; the exception's message is for the operator. */
    static Packets open(NodeConfig config) throws IOException {
        int shards = config.nat().shardCount();
        return switch (config.packetIo().io()) {
            case TUN -> {
                var devices = TunDevices.open(config.packetIo().tunName(), shards);
                yield new Packets(devices.ports(), devices::close);
            }
            case MEMORY -> {
                var ports = Stream.generate(MemoryPort::new).limit(shards).toList();
                yield new Packets(ports, () -> ports.forEach(MemoryPort::close));
            }
        };
    }

    void close() {
        closing.run();
    }
}
