package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.nat.io.PacketPort;

/**
 * The two TUN devices of a node, {@code NAME-in} and {@code NAME-out}, with a port for each shard.
 * They are made on opening and vanish when the process ends, however it ends; devices that the
 * operator made beforehand stay. The thread that starts and stops the node.
 */
public final class TunDevices implements AutoCloseable {
    static final String INSIDE_SUFFIX = "-in";
    static final String OUTSIDE_SUFFIX = "-out";

    /** The longest name: device names end at 15 octets, and a suffix is added. */
    public static final int MAX_NAME_LENGTH = 15 - OUTSIDE_SUFFIX.length();

    // Addresses that are led to queues: with all hosts of a line, and of a pool.
    private static final int LEAST_STEERED = 1 << 12;
    private static final int MOST_STEERED = 1 << 20;
    private static final int STEERED_OUTSIDE = 1 << 14;

    private static final String NAME = "[A-Za-z0-9_.-]{1," + MAX_NAME_LENGTH + "}";

    private final List<TunPort> ports;
    private final List<SteeringMap> steering;
    private final Optional<String> steeringFault;

    private TunDevices(
            List<TunPort> ports, List<SteeringMap> steering, Optional<String> steeringFault) {
        this.ports = List.copyOf(ports);
        this.steering = List.copyOf(steering);
        this.steeringFault = steeringFault;
    }

    /**
     * Opens both devices with so many queues. The message of the exception says what the operator
     * has to do. Where there are several queues and the kernel lets us, it is told which packets
     * belong to which.
     *
     * @param hosts inside addresses that send at a time, about; no bound
     */
    public static TunDevices open(String name, int queues, int hosts) throws IOException {
        if (!isName(name)) {
            throw new IllegalArgumentException("no device name: " + name);
        }
        List<TunPort> ports = new ArrayList<>();
        try {
            for (int i = 0; i < queues; i++) {
                ports.add(openPort(name, i == 0));
            }
        } catch (IOException e) {
            ports.forEach(TunPort::close);
            throw e;
        }
        return queues == 1
                ? new TunDevices(ports, List.of(), Optional.empty())
                : steered(ports, hosts);
    }

    private static TunDevices steered(List<TunPort> ports, int hosts) {
        List<SteeringMap> maps = new ArrayList<>();
        TunPort first = ports.getFirst();
        int places = Math.clamp(hosts, LEAST_STEERED, MOST_STEERED);
        try {
            maps.add(
                    new SteeringMap(first.queue(PacketPort.INSIDE), SteeringMap.BY_SOURCE, places));
            maps.add(
                    new SteeringMap(
                            first.queue(PacketPort.OUTSIDE),
                            SteeringMap.BY_DESTINATION,
                            STEERED_OUTSIDE));
        } catch (IOException e) {
            return new TunDevices(ports, maps, Optional.of(e.getMessage()));
        }
        ports.forEach(port -> port.steerBy(maps.getFirst(), maps.getLast()));
        return new TunDevices(ports, maps, Optional.empty());
    }

    /** Whether devices may be called so. */
    public static boolean isName(String name) {
        return name.matches(NAME);
    }

    /** The device that packets of subscribers are routed to. */
    public static String insideDevice(String name) {
        return name + INSIDE_SUFFIX;
    }

    /** The device that packets to the pool are routed to. */
    public static String outsideDevice(String name) {
        return name + OUTSIDE_SUFFIX;
    }

    /** One port for each queue, in order. */
    public List<TunPort> ports() {
        return ports;
    }

    /**
     * Why the kernel does not lead packets to the queues of their shards, if it does not; shards
     * then hand them to one another, which costs more.
     */
    public Optional<String> steeringFault() {
        return steeringFault;
    }

    /** Closes the ports; their threads have ended. */
    @Override
    public void close() {
        ports.forEach(TunPort::close);
        steering.forEach(SteeringMap::close);
    }

    private static TunPort openPort(String name, boolean first) throws IOException {
        int insideFd = openQueue(insideDevice(name), first);
        int outsideFd;
        try {
            outsideFd = openQueue(outsideDevice(name), first);
        } catch (IOException e) {
            TunQueue.close(insideFd);
            throw e;
        }
        return new TunPort(name, insideFd, outsideFd);
    }

    private static int openQueue(String device, boolean first) throws IOException {
        return first ? TunQueue.openFirst(device) : TunQueue.openNext(device);
    }
}
