package org.portreeve.bench.pcp;

/** What answers the crowd. Immutable. */
enum Server {
    /** A loop that sends each datagram back, beside the product on the same machine. */
    ECHO("UDP echo", 5_300, 2_048, Integer.MAX_VALUE),
    /** The product. */
    PORTREEVE("Portreeve", 5_351, 2_048, Integer.MAX_VALUE),
    /**
     * The free server that most home routers have. It answers so slowly with many mappings that a
     * wide window would only have requests repeated.
     */
    MINIUPNPD("miniupnpd", 5_351, 4, 200);

    private final String label;
    private final int port;
    private final int window;
    private final int mostInSample;

    Server(String label, int port, int window, int mostInSample) {
        this.label = label;
        this.port = port;
        this.window = window;
        this.mostInSample = mostInSample;
    }

    String label() {
        return label;
    }

    int port() {
        return port;
    }

    /** Requests under way at a time where a rate is measured. */
    int window() {
        return window;
    }

    /** Requests of a sample; few where more of them would change what is measured. */
    int mostInSample() {
        return mostInSample;
    }
}
