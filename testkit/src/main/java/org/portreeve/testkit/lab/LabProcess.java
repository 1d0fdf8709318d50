package org.portreeve.testkit.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A program that runs in one of the lab's namespaces. What it writes is kept line by line, the
 * oldest lines going first when there are too many. Any thread.
 */
public final class LabProcess {
    /** Lines kept of a program that talks much. */
    private static final int MAX_LINES = 200_000;

    /** How long a program may take from the order to start it to its first instruction. */
    private static final Duration ENTRY = Duration.ofSeconds(10);

    private static final long POLL_MILLIS = 5;

    private final List<String> command;
    private final Process entry;
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private int droppedLines;
    private boolean ended;

    /** Follows a program behind {@code entry}, the process that entered the namespace. */
    LabProcess(List<String> command, Process entry) {
        this.command = List.copyOf(command);
        this.entry = entry;
        // Not a virtual one: reading from a pipe holds its carrier, and after a minute without any
        // news a further one may find none that is free.
        this.reader = Thread.ofPlatform().daemon().name("lab-output").start(this::readLines);
    }

    private void readLines() {
        try (BufferedReader in = entry.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                keep(line);
            }
        } catch (IOException e) {
            keep("(output ends: " + e.getMessage() + ")");
        } finally {
            synchronized (lines) {
                ended = true;
                lines.notifyAll();
            }
        }
    }

    private void keep(String line) {
        synchronized (lines) {
            if (lines.size() == MAX_LINES) {
                lines.subList(0, MAX_LINES / 2).clear();
                droppedLines += MAX_LINES / 2;
            }
            lines.add(line);
            lines.notifyAll();
        }
    }

    /** Everything written so far. */
    public String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    /** The lines from a place of {@link #lineCount} on. */
    public List<String> linesFrom(int fromLine) {
        synchronized (lines) {
            int from = Math.clamp(fromLine - droppedLines, 0, lines.size());
            return List.copyOf(lines.subList(from, lines.size()));
        }
    }

    /** How many lines were written so far: a place to wait from. */
    public int lineCount() {
        synchronized (lines) {
            return droppedLines + lines.size();
        }
    }

    /**
     * The first line that begins so, waiting for it; an exception with the output when none comes.
     */
    public String awaitLine(String prefix, Duration patience) {
        return awaitLine(0, line -> line.startsWith(prefix), patience)
                .orElseThrow(() ->
                        new LabException(
                                "no line \"%s\" from %s within %s; it wrote:%n%s"
                                        .formatted(
                                                prefix,
                                                JavaProgram.shown(command),
                                                patience,
                                                output())));
    }

    /** The first matching line at or after {@code fromLine}; empty at the end of time or output. */
    public Optional<String> awaitLine(int fromLine, Predicate<String> wanted, Duration patience) {
        long deadlineNs = System.nanoTime() + patience.toNanos();
        int next = fromLine;
        synchronized (lines) {
            while (true) {
                for (; next < droppedLines + lines.size(); next++) {
                    String line = lines.get(Math.max(0, next - droppedLines));
                    if (wanted.test(line)) {
                        return Optional.of(line);
                    }
                }
                long leftMillis = (deadlineNs - System.nanoTime()) / 1_000_000;
                if (ended || leftMillis <= 0) {
                    return Optional.empty();
                }
                waitForLines(leftMillis);
            }
        }
    }

    private void waitForLines(long millis) {
        try {
            lines.wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for output", e);
        }
    }

    /** Writes a line to the program's standard input. */
    public void send(String line) {
        try {
            Writer out = entry.outputWriter();
            out.write(line);
            out.write('\n');
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("%s does not listen".formatted(command.getFirst()), e);
        }
    }

    /** Whether it still runs. */
    public boolean isAlive() {
        return entry.isAlive();
    }

    /** The program's process number as this side of the namespace sees it. */
    public long pid() {
        return program()
                .orElseThrow(() ->
                        new LabException(
                                "%s has ended:%n%s"
                                        .formatted(JavaProgram.shown(command), output())))
                .pid();
    }

    /** The program, as soon as it runs; empty when it has ended, by itself perhaps. */
    private Optional<ProcessHandle> program() {
        long deadlineNs = System.nanoTime() + ENTRY.toNanos();
        while (entry.isAlive() && System.nanoTime() - deadlineNs < 0) {
            Optional<ProcessHandle> child = entry.children().findFirst();
            if (child.isPresent()) {
                return child;
            }
            pause();
        }
        if (!entry.isAlive()) {
            return Optional.empty();
        }
        throw new LabException(
                "%s did not start:%n%s".formatted(JavaProgram.shown(command), output()));
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }

    /** Sends a signal by its name, for example {@code TERM}; nothing when it has ended already. */
    public void signal(String name) {
        program()
                .map(running -> Long.toString(running.pid()))
                .ifPresent(
                        pid -> Commands.run(List.of("kill", "-" + name, pid), Commands.PATIENCE));
    }

    /** Ends it at once, as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        program().ifPresent(ProcessHandle::destroyForcibly);
        await(ENTRY);
    }

    /** Asks it to end and waits for its exit status. */
    public int stop(Duration patience) {
        signal("TERM");
        return await(patience);
    }

    /** Its exit status, waiting for the end; an exception when it does not end. */
    public int await(Duration patience) {
        try {
            if (!entry.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new LabException(
                        "%s still runs after %s; it wrote:%n%s"
                                .formatted(JavaProgram.shown(command), patience, output()));
            }
            reader.join(ENTRY);
            return entry.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for an end", e);
        }
    }

    /** What became of it, waiting for the end. */
    public CommandResult result(Duration patience) {
        int exit = await(patience);
        return new CommandResult(command, exit, output());
    }
}
