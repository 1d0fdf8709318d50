package org.portreeve.testkit.hostile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * Sends attacks of all kinds for a while, with a flood now and then, and keeps account of what
 * comes back. One thread.
 */
final class Assault implements AutoCloseable {
    private static final int TICK_MILLIS = 10;
    private static final int TICKS_PER_SECOND = 1_000 / TICK_MILLIS;
    private static final int USUAL_PER_TICK = 8;
    private static final int FLOOD_PER_TICK = 60;

    /** One second of so many is a flood. */
    private static final int FLOOD_EVERY_SECONDS = 10;

    /** Few enough that those in whose name it is sent stay below the rate they may ask at. */
    private static final int TICKS_FOR_EACH_SPOOFED = 10;

    private static final int BUFFER_BYTES = 4 << 20;
    private static final Attack[] FROM_OWN_ADDRESS =
            Arrays.stream(Attack.values())
                    .filter(attack -> attack != Attack.SPOOFED && attack != Attack.PORTAL)
                    .toArray(Attack[]::new);

    private final SocketAddress server;
    private final Arsenal arsenal;
    private final RandomGenerator random;
    private final Line own;
    private final Line portal;
    private final Map<String, Line> spoofing = new HashMap<>();
    private final Map<Attack, Integer> sent = new EnumMap<>(Attack.class);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(2_048);
    private long sentBytes;
    private long receivedBytes;

    /** A socket and what it asked. */
    private record Line(String address, DatagramChannel channel, Ledger ledger) {}

    Assault(
            String server,
            String ownAddress,
            String portal,
            Arsenal arsenal,
            RandomGenerator random)
            throws IOException {
        this.server = new InetSocketAddress(server, PcpRequests.SERVER_PORT);
        this.arsenal = arsenal;
        this.random = random;
        this.own = open(ownAddress);
        this.portal = open(portal);
    }

    private static Line open(String address) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
        channel.bind(new InetSocketAddress(address, 0));
        channel.configureBlocking(false);
        return new Line(address, channel, new Ledger());
    }

    void run(int seconds) throws IOException {
        for (int tick = 0; tick < seconds * TICKS_PER_SECOND; tick++) {
            boolean isFlood = tick / TICKS_PER_SECOND % FLOOD_EVERY_SECONDS == 0;
            int count = isFlood ? FLOOD_PER_TICK : USUAL_PER_TICK;
            for (int i = 0; i < count; i++) {
                Attack attack = FROM_OWN_ADDRESS[random.nextInt(FROM_OWN_ADDRESS.length)];
                send(own, attack, arsenal.next(attack));
            }
            if (tick % TICKS_FOR_EACH_SPOOFED == 0) {
                Victim victim = arsenal.someVictim();
                send(from(victim.address()), Attack.SPOOFED, arsenal.spoofed(victim));
                send(portal, Attack.PORTAL, arsenal.thirdParty(portal.address()));
            }
            receive();
            sleep();
        }
        sent.forEach((attack, count) -> System.out.println("sent " + attack + " " + count));
        report();
    }

    private void report() {
        for (Line line : lines()) {
            line.ledger()
                    .complaints()
                    .forEach(each -> System.out.println("unfair " + line.address() + " " + each));
        }
        System.out.println("most answers to a set " + own.ledger().mostAnswersToSet());
        System.out.println("octets " + sentBytes + " " + receivedBytes);
    }

    private List<Line> lines() {
        List<Line> all = new ArrayList<>(spoofing.values());
        all.add(own);
        all.add(portal);
        return all;
    }

    private Line from(String address) throws IOException {
        Line line = spoofing.get(address);
        if (line == null) {
            line = open(address);
            spoofing.put(address, line);
        }
        return line;
    }

    private void send(Line line, Attack attack, byte[] datagram) throws IOException {
        sent.merge(attack, 1, Integer::sum);
        line.ledger().onRequest(datagram);
        sentBytes += line.channel().send(ByteBuffer.wrap(datagram), server);
    }

    private void receive() throws IOException {
        for (Line line : lines()) {
            receive(line);
        }
    }

    private void receive(Line line) throws IOException {
        while (line.channel().receive(buffer.clear()) != null) {
            buffer.flip();
            receivedBytes += buffer.remaining();
            line.ledger().onAnswer(buffer);
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(TICK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        for (Line line : lines()) {
            line.channel().close();
        }
    }
}
