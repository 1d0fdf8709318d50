package org.portreeve.testkit.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * Asks a node on loopback for what subscribers ask for, many times, before its class cache is made:
 * the cache also keeps which code was busy, and that is compiled first at each start. A node that
 * comes back is asked by all subscribers at once. Main thread.
 */
public final class Rehearsal {
    private static final String CLIENTS = "127.83.18.";
    private static final int GROUPS = 4;
    private static final int GROUP_CLIENTS = 50;

    /** New mappings, renewals and deletions of each; what one may ask at once, and a few less. */
    private static final int MAPPINGS = 4;

    private static final int ROUNDS = 80;
    private static final int FIRST_PORT = 5_000;
    private static final int LIFETIME_SECONDS = 600;
    private static final int ANSWER_MILLIS = 300;
    private static final int ANSWER_BYTES = 1_100;

    private Rehearsal() {}

    /** Exits 0 when the node was asked; the argument is its address. */
    public static void main(String[] arguments) throws IOException {
        rehearse(arguments[0]);
    }

    /** Some 17,000 requests, 50 at a time, until none of 50 is answered. */
    static void rehearse(String server) throws IOException {
        for (int group = 0; group < GROUPS; group++) {
            List<DatagramSocket> clients = new ArrayList<>();
            try {
                for (int i = 1; i <= GROUP_CLIENTS; i++) {
                    clients.add(client(CLIENTS + (group * GROUP_CLIENTS + i), server));
                }
                int answered = GROUP_CLIENTS;
                for (int round = 0; round < ROUNDS + MAPPINGS && answered > 0; round++) {
                    answered = ask(clients, round);
                }
            } finally {
                clients.forEach(DatagramSocket::close);
            }
        }
    }

    private static DatagramSocket client(String address, String server) throws IOException {
        var socket = new DatagramSocket(new InetSocketAddress(address, 0));
        socket.setSoTimeout(ANSWER_MILLIS);
        socket.connect(InetAddress.getByName(server), PcpRequests.SERVER_PORT);
        return socket;
    }

    private static int ask(List<DatagramSocket> clients, int round) throws IOException {
        long lifetimeSeconds = round < ROUNDS ? LIFETIME_SECONDS : 0;
        for (DatagramSocket client : clients) {
            byte[] request =
                    PcpRequests.map(
                            client.getLocalAddress().getHostAddress(),
                            new byte[PcpRequests.NONCE_BYTES],
                            round % 2 == 0 ? PcpRequests.UDP : PcpRequests.TCP,
                            FIRST_PORT + round % MAPPINGS,
                            lifetimeSeconds);
            client.send(new DatagramPacket(request, request.length));
        }
        int answered = 0;
        for (DatagramSocket client : clients) {
            try {
                client.receive(new DatagramPacket(new byte[ANSWER_BYTES], ANSWER_BYTES));
                answered++;
            } catch (SocketTimeoutException e) {
                // A rehearsal that misses an answer is one all the same.
            }
        }
        return answered;
    }
}
