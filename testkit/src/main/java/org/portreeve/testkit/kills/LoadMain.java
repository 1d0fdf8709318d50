package org.portreeve.testkit.kills;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * {@code SERVER SUBSCRIBERS SEED RECORD-FILE}: the load of the kill test, worked by lines of text.
 *
 * <pre>
 *  load RATE       MAP and PEER requests of all kinds, so many each second, until:
 *  pause           no new requests; prints "quiet" when none is under way
 *  verify          renews all leases, asks again for what was deleted; prints "verified COUNT"
 *  speak ADDRESS   has a subscriber say its address to the peer that its PEER is for
 *  sent            prints "sent COUNT"
 * </pre>
 *
 * A datagram from anybody but the server prints "packet SUBSCRIBER TEXT". Ends with its input.
 */
public final class LoadMain {
    private static final int MAX_ORDERS = 64;
    private static final String END = "end";

    private LoadMain() {}

    /** Runs until the input ends. */
    public static void main(String[] arguments) throws IOException {
        BlockingQueue<String> orders = new ArrayBlockingQueue<>(MAX_ORDERS);
        Thread.ofPlatform().daemon().start(() -> readOrders(orders));
        try (AckFile record = AckFile.open(Path.of(arguments[3]));
                Load load =
                        Load.open(
                                arguments[0],
                                Integer.parseInt(arguments[1]),
                                InstantSource.system(),
                                Long.parseLong(arguments[2]),
                                record)) {
            System.out.println("loaded");
            work(load, orders);
        }
    }

    private static void work(Load load, BlockingQueue<String> orders) throws IOException {
        while (true) {
            String order = orders.poll();
            if (END.equals(order)) {
                return;
            }
            if (order != null) {
                obey(load, order.split(" ", -1));
            }
            load.doWork(System.nanoTime());
        }
    }

    private static void obey(Load load, String[] words) throws IOException {
        switch (words[0]) {
            case "load" -> load.start(Integer.parseInt(words[1]), System.nanoTime());
            case "pause" -> load.pause();
            case "verify" -> load.verify(System.nanoTime());
            case "speak" -> load.speak(words[1]);
            case "sent" -> System.out.println("sent " + load.sentCount());
            default -> throw new IllegalArgumentException("unknown order " + words[0]);
        }
    }

    private static void readOrders(BlockingQueue<String> orders) {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                orders.put(line);
            }
            orders.put(END);
        } catch (IOException e) {
            System.exit(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
