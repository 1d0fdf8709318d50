package org.portreeve.pcp.socket;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Network namespaces of one test, removed with everything in them when closed. Test thread. */
final class Namespaces implements AutoCloseable {
    private final String prefix = "pcp" + ProcessHandle.current().pid();
    private final List<String> names = new ArrayList<>();

    /** Makes a namespace that accepts any source address on any device. */
    String add(String role) throws IOException {
        String name = prefix + role;
        run("ip netns add " + name);
        names.add(name);
        in(name, "echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter");
        in(name, "echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter");
        in(name, "ip link set lo up");
        return name;
    }

    /** Joins two namespaces by a cable; each end is a device with an address. */
    void cable(String left, String leftEnd, String right, String rightEnd) throws IOException {
        String leftDevice = leftEnd.split(" ", -1)[0];
        String rightDevice = rightEnd.split(" ", -1)[0];
        run(
                "ip link add "
                        + leftDevice
                        + " netns "
                        + left
                        + " type veth peer name "
                        + rightDevice
                        + " netns "
                        + right);
        plug(left, leftDevice, leftEnd.split(" ", -1)[1]);
        plug(right, rightDevice, rightEnd.split(" ", -1)[1]);
    }

    private static void plug(String namespace, String device, String address) throws IOException {
        in(namespace, "ip address add " + address + " dev " + device);
        in(namespace, "ip link set " + device + " up");
    }

    /** Runs a shell line in a namespace and returns what it says. */
    static String in(String namespace, String line) throws IOException {
        return await(inside(namespace, "bash", "-c", line).redirectErrorStream(true).start(), line);
    }

    /** Starts a program in a namespace; its complaints go where the test's go. */
    static Process start(String namespace, String... command) throws IOException {
        return inside(namespace, command).redirectError(Redirect.INHERIT).start();
    }

    private static ProcessBuilder inside(String namespace, String... command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        words.addAll(List.of(command));
        return new ProcessBuilder(words);
    }

    private static void run(String line) throws IOException {
        await(new ProcessBuilder(line.split(" ", -1)).redirectErrorStream(true).start(), line);
    }

    private static String await(Process process, String line) throws IOException {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().orTimeout(20, TimeUnit.SECONDS).join().exitValue() != 0) {
            throw new IOException("failed: " + line + "\n" + said);
        }
        return said;
    }

    @Override
    public void close() throws IOException {
        for (String name : names) {
            run("ip netns delete " + name);
        }
    }
}
