package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

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

    private static final String NAME = "[A-Za-z0-9_.-]{1," + MAX_NAME_LENGTH + "}";

    private final List<TunPort> ports;

    private TunDevices(List<TunPort> ports) {
        this.ports = List.copyOf(ports);
    }

    /**
     * Opens both devices with so many queues. The message of the exception says what the operator
     * has to do.
     */
    public static TunDevices open(String name, int queues) throws IOException {
        if (!isName(name)) {
            throw new IllegalArgumentException("no device name: " + name);
        }
        List<TunPort> ports = new ArrayList<>();
        try {
            for (int i = 0; i < queues; i++) {
                ports.add(openPort(name, i == 0));
            }
            return new TunDevices(ports);
        } catch (IOException e) {
            ports.forEach(TunPort::close);
            throw e;
        }
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

    /** Closes the ports; their threads have ended. */
    @Override
    public void close() {
        ports.forEach(TunPort::close);
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
