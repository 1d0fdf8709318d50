package org.portreeve.bench.traffic;

/**
 * A single subscriber that sends MAP requests at a rate and takes no answers. Says {@code ready}
 * and sends until it is killed. Arguments: the subscriber's address, the server's, and requests per
 * second. Main thread.
 */
public final class RequestFloodMain {
    private static final int SOURCE_PORT = 40_002;
    private static final int LIFETIME_SECONDS = 3_600;

    /** Few, so that they come in between the requests of others. */
    private static final int BATCH = 16;

    private RequestFloodMain() {}

    /** Runs until it is killed. */
    public static void main(String[] arguments) {
        int client = Octets.ipv4(arguments[0]);
        var packets =
                new UdpPackets(UdpPackets.bytes(MapRequests.BYTES), Octets.ipv4(arguments[1]));
        for (int i = 0; i < BATCH; i++) {
            packets.address(
                    i, client, SOURCE_PORT, MapRequests.SERVER_PORT, UdpPackets.NO_CHECKSUM);
            MapRequests.write(packets.octets(), packets.payload(i), client, i, LIFETIME_SECONDS);
        }
        System.out.println("ready");
        var pace = new Pace(System.nanoTime(), Long.parseLong(arguments[2]));
        for (long sent = 0; ; sent += BATCH) {
            pace.awaitTurn(sent);
            packets.send(BATCH);
        }
    }
}
