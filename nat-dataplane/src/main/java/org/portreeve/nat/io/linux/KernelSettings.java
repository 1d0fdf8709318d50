package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The settings under {@code /proc/sys/net} without which the kernel would not forward to and from
 * the translator. The thread that starts the node.
 */
final class KernelSettings {
    private static final Path NET = Path.of("/proc/sys/net");
    private static final Path IPV4_DEVICES = NET.resolve("ipv4/conf");

    /** A value that a file is to have. */
    record Setting(String file, String value) {}

    private KernelSettings() {}

    /** What the devices need before packets flow. Pure. */
    static List<Setting> deviceSettings(RouteConfig config) {
        List<Setting> settings = new ArrayList<>();
        for (String tun : List.of(config.insideTun(), config.outsideTun())) {
            settings.add(new Setting("ipv6/conf/" + tun + "/disable_ipv6", "1"));
            // The node's own ICMP errors about translated packets come back with its own address.
            settings.add(new Setting("ipv4/conf/" + tun + "/accept_local", "1"));
        }
        // Those about what the translator sends inside have the address of the inside device, by
        // which they come back; they quote an internal address.
        settings.add(new Setting("ipv4/icmp_errors_use_inbound_ifaddr", "1"));
        settings.add(new Setting("ipv4/conf/all/rp_filter", "0"));
        // What leaves the translator has sources that lead elsewhere, and what comes from the
        // Internet may come by any outside device.
        exempt(config).forEach(name -> settings.add(reversePathFilter(name, "0")));
        // RFC 6888 §7. The kernel asks for the way to the source as of a packet from where this one
        // goes: the inside TUN device, or the host itself for its sockets. The rules lead both by
        // the main table, where the routes to subscribers are.
        String check = config.ingressCheck().reversePathFilter();
        config.insideInterfaces().forEach(name -> settings.add(reversePathFilter(name, check)));
        return settings;
    }

    private static Setting reversePathFilter(String name, String value) {
        return new Setting(device(name, "rp_filter"), value);
    }

    private static Stream<String> exempt(RouteConfig config) {
        return Stream.concat(
                Stream.of(config.insideTun(), config.outsideTun()),
                config.outsideInterfaces().stream());
    }

    /** What lets packets flow. Pure. */
    static List<Setting> forwardSettings(RouteConfig config) {
        List<Setting> settings = new ArrayList<>();
        settings.add(new Setting("ipv4/ip_forward", "1"));
        devices(config).forEach(name -> settings.add(new Setting(device(name, "forwarding"), "1")));
        return settings;
    }

    private static Stream<String> devices(RouteConfig config) {
        return Stream.of(
                        List.of(config.insideTun(), config.outsideTun()),
                        config.insideInterfaces(),
                        config.outsideInterfaces())
                .flatMap(List::stream);
    }

    private static String device(String name, String setting) {
        return "ipv4/conf/" + name + "/" + setting;
    }

    /**
     * Makes the devices ready. The message of the exception says what the operator has to do, here
     * and below.
     */
    static void prepareDevices(RouteConfig config) throws IOException {
        for (String name : devices(config).toList()) {
            if (!Files.isDirectory(IPV4_DEVICES.resolve(name))) {
                throw new IOException("there is no interface " + name);
            }
        }
        keepReversePathFilter();
        write(deviceSettings(config));
    }

    /** Lets packets flow, once the rules are there. */
    static void forward(RouteConfig config) throws IOException {
        write(forwardSettings(config));
    }

    /**
     * The value for all devices is the least that each has. Before it is lowered each device gets
     * it for itself, so that those that are not the node's keep their filter.
     */
    private static void keepReversePathFilter() throws IOException {
        int least = Integer.parseInt(read(IPV4_DEVICES.resolve("all/rp_filter")));
        if (least == 0) {
            return;
        }
        try (Stream<Path> devices = Files.list(IPV4_DEVICES)) {
            for (Path device : devices.toList()) {
                Path file = device.resolve("rp_filter");
                int value = Math.max(least, Integer.parseInt(read(file)));
                write(file, Integer.toString(value));
            }
        }
    }

    private static void write(List<Setting> settings) throws IOException {
        for (Setting setting : settings) {
            write(NET.resolve(setting.file()), setting.value());
        }
    }

    private static void write(Path file, String value) throws IOException {
        if (!Files.exists(file) && file.startsWith(NET.resolve("ipv6"))) {
            return; // A kernel without IPv6.
        }
        if (read(file).equals(value)) {
            return;
        }
        try {
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new IOException(
                    file + " cannot be set to " + value + ": set it before the start, or allow it",
                    e);
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            throw new IOException("there is no " + file + ": is /proc mounted?", e);
        }
    }
}
