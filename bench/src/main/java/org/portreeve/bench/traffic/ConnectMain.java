package org.portreeve.bench.traffic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Opens TCP connections that the far end closes, one after the other on each of a few threads, from
 * many hosts in turn, each from a port that it did not use before: what a tuple does that was
 * closed a moment ago is another question. Says {@code ready}, waits for a line, and says {@code
 * connected COUNT NANOSECONDS}. Arguments: the first host's address, hosts, the first port, the far
 * end's address and port, and milliseconds.
 */
public final class ConnectMain {
    private static final int THREADS = 4;
    private static final int PATIENCE_MILLIS = 500;
    private static final long NS_PER_MS = 1_000_000;

    private final String firstHost;
    private final int hosts;
    private final int firstPort;
    private final InetSocketAddress farEnd;
    private final AtomicInteger next = new AtomicInteger();

    private ConnectMain(String firstHost, int hosts, int firstPort, InetSocketAddress farEnd) {
        this.firstHost = firstHost;
        this.hosts = hosts;
        this.firstPort = firstPort;
        this.farEnd = farEnd;
    }

    /** Runs once. */
    public static void main(String[] arguments)
            throws IOException, InterruptedException, ExecutionException {
        var farEnd = new InetSocketAddress(arguments[3], Integer.parseInt(arguments[4]));
        int hosts = Integer.parseInt(arguments[1]);
        int firstPort = Integer.parseInt(arguments[2]);
        var client = new ConnectMain(arguments[0], hosts, firstPort, farEnd);
        long durationNs = Long.parseLong(arguments[5]) * NS_PER_MS;
        System.out.println("ready");
        var _ = System.in.read();
        long beginNs = System.nanoTime();
        long count = client.connect(beginNs + durationNs);
        System.out.println("connected " + count + " " + (System.nanoTime() - beginNs));
    }

    private long connect(long endNs) throws InterruptedException, ExecutionException {
        Callable<Long> one = () -> connectInTurn(endNs);
        List<Future<Long>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                results.add(threads.submit(one));
            }
            long count = 0;
            for (Future<Long> result : results) {
                count += result.get();
            }
            return count;
        }
    }

    private long connectInTurn(long endNs) throws IOException {
        ByteBuffer nothing = ByteBuffer.allocateDirect(1);
        long count = 0;
        while (System.nanoTime() - endNs < 0) {
            int number = next.getAndIncrement();
            try (SocketChannel channel = SocketChannel.open()) {
                channel.bind(
                        new InetSocketAddress(
                                Octets.after(firstHost, number % hosts),
                                firstPort + number / hosts));
                channel.socket().connect(farEnd, PATIENCE_MILLIS);
                channel.read(nothing.clear());
                count++;
            } catch (SocketTimeoutException _) {
                // A packet was lost: it does not count, and the next is tried.
            }
        }
        return count;
    }
}
