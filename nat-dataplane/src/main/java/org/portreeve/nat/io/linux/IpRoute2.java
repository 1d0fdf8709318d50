package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs the {@code ip} command of iproute2. Blocks; never on a shard or an event loop. */
final class IpRoute2 {
    /** Where it is, also for users whose path leaves these out. */
    private static final List<String> PLACES =
            List.of("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip");

    private static final Pattern FAILED_LINE = Pattern.compile("Command failed -:(\\d+)");

    private IpRoute2() {}

    /** What a command says on its output; an exception when it fails. */
    static String output(String... arguments) throws IOException {
        Result result = run("", arguments);
        if (result.exitCode() != 0) {
            throw new IOException("ip " + String.join(" ", arguments) + ": " + result.text());
        }
        return result.text();
    }

    /** Carries out commands in order; an exception that names the first that fails. */
    static void batch(List<String> commands) throws IOException {
        if (commands.isEmpty()) {
            return;
        }
        Result result = run(String.join("\n", commands) + "\n", "-batch", "-");
        if (result.exitCode() != 0) {
            throw new IOException(failure(commands, result.text()));
        }
    }

    private static String failure(List<String> commands, String text) {
        Matcher line = FAILED_LINE.matcher(text);
        String command = line.find() ? commands.get(Integer.parseInt(line.group(1)) - 1) : "-batch";
        return "ip " + command + ": " + line.replaceAll("").strip();
    }

    private record Result(int exitCode, String text) {}

    private static Result run(String input, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program()));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException("the program ip (iproute2) is needed to set routes", e);
        }
        feed(process, input);
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return new Result(process.waitFor(), text.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
            throw new IOException("interrupted while setting routes", e);
        }
    }

    private static void feed(Process process, String input) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // It ended early: its exit code and its words tell why.
        }
    }

    private static String program() {
        return PLACES.stream()
                .filter(place -> Files.isExecutable(Path.of(place)))
                .findFirst()
                .orElse("ip");
    }
}
