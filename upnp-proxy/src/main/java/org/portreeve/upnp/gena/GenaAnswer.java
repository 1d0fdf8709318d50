package org.portreeve.upnp.gena;

import java.util.Map;

/** The answer to a {@link GenaRequest}: an HTTP status and headers. Immutable. */
public record GenaAnswer(int status, Map<String, String> headers) {
    static final int BAD_REQUEST = 400;
    static final int PRECONDITION_FAILED = 412;
    static final int UNAVAILABLE = 503;

    /** Takes a copy of the headers. */
    public GenaAnswer {
        headers = Map.copyOf(headers);
    }

    static GenaAnswer refused(int status) {
        return new GenaAnswer(status, Map.of());
    }

    static GenaAnswer granted(String sid, long seconds) {
        return new GenaAnswer(200, Map.of("SID", sid, "TIMEOUT", "Second-" + seconds));
    }

    static GenaAnswer ended() {
        return new GenaAnswer(200, Map.of());
    }
}
