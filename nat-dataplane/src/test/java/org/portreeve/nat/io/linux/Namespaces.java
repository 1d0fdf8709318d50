package org.portreeve.nat.io.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Three network namespaces in a row, subscriber, CGN and Internet, and the programs that run in
 * them. The subscriber has a second link to the CGN that no node is told of.
 */
final class Namespaces {
    private static final long COMMAND_SECONDS = 15;

    private final String prefix = "pr" + ProcessHandle.current().pid();
    private final List<Process> processes = new ArrayList<>();

    Namespaces() throws IOException, InterruptedException {
        for (String name : List.of("sub", "cgn", "inet")) {
            runWords("ip netns add", space(name));
            in(name, "ip link set dev lo up");
        }
        link("sub", "cgn", "inside");
        link("sub", "cgn", "other");
        link("cgn", "inet", "outside");
        address("sub", "inside-l", "100.64.0.2/24");
        address("cgn", "inside-r", "100.64.0.1/24");
        address("sub", "other-l", "192.168.7.2/24");
        address("cgn", "other-r", "192.168.7.1/24");
        address("cgn", "outside-l", "203.0.113.1/24");
        address("inet", "outside-r", "203.0.113.2/24");
        in("sub", "ip route add default via 100.64.0.1");
        in("cgn", "ip route add default via 203.0.113.2");
        in("inet", "ip route add 198.51.100.0/28 via 203.0.113.1");
        in("inet", "ip route add 100.64.0.0/10 via 203.0.113.1");
    }

    private void link(String left, String right, String name)
            throws IOException, InterruptedException {
        String near = " netns " + space(left);
        String far = " netns " + space(right);
        runWords("ip link add dev", name + "-l" + near, "type veth peer name", name + "-r" + far);
        in(left, "ip link set dev " + name + "-l up");
        in(right, "ip link set dev " + name + "-r up");
    }

    private void address(String space, String device, String address)
            throws IOException, InterruptedException {
        in(space, "ip addr add " + address + " dev " + device);
    }

    private String space(String name) {
        return prefix + name;
    }

    /** Runs a command, words parted by one space, and returns what it says, whether it fails. */
    String in(String space, String command) throws IOException, InterruptedException {
        return run(inSpace(space, List.of(command.split(" ", -1))));
    }

    /** Runs a command whose words come in parts, each of several words. */
    private String runWords(String... parts) throws IOException, InterruptedException {
        return run(List.of(String.join(" ", parts).split(" ", -1)));
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Process process = start(command);
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("no end of " + command + ": " + text);
        }
        return text;
    }

    private List<String> inSpace(String space, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", space(space)));
        whole.addAll(command);
        return whole;
    }

    /** Starts a command that goes on; it is ended with the namespaces at the latest. */
    Process background(String space, List<String> command) throws IOException {
        return start(inSpace(space, command));
    }

    /** Starts a command and waits until a line of it contains some text. */
    Process background(String space, List<String> command, String until) throws IOException {
        Process process = background(space, command);
        String line;
        BufferedReader lines = process.inputReader();
        do {
            line = lines.readLine();
            if (line == null) {
                throw new IOException("no \"" + until + "\" from " + command);
            }
        } while (!line.contains(until));
        return process;
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        processes.add(process);
        return process;
    }

    /** Ends the programs and removes the namespaces. */
    void remove() throws IOException, InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        for (String name : List.of("sub", "cgn", "inet")) {
            runWords("ip netns del", space(name));
        }
    }
}
