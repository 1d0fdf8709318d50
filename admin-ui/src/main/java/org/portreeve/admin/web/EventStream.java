package org.portreeve.admin.web;

import io.vertx.core.http.HttpServerResponse;

/** Server-sent events to one reader, as long as it stays. Event loop only. */
public final class EventStream {
    private final HttpServerResponse response;

    EventStream(HttpServerResponse response) {
        this.response = response;
    }

    /** Answers with the head; events may follow. */
    public void begin() {
        response.setChunked(true)
                .putHeader("Content-Type", "text/event-stream; charset=utf-8")
                // A reader that lost the connection comes back after so many milliseconds.
                .write("retry: 3000\n\n");
    }

    /**
     * Sends an event; false, and it is left out, when the reader is behind or gone.
     *
     * @param line one line
     */
    public boolean send(String event, String line) {
        if (isOver() || response.writeQueueFull()) {
            return false;
        }
        response.write("event: " + event + "\ndata: " + line + "\n\n");
        return true;
    }

    /** Whether the reader is gone or the stream was ended. */
    public boolean isOver() {
        return response.ended() || response.closed();
    }

    /**
     * Calls back when the reader is gone or the stream was ended, maybe for both; before {@link
     * #begin}, so that no end is missed.
     */
    public void onEnd(Runnable end) {
        response.endHandler(_ -> end.run());
        response.closeHandler(_ -> end.run());
    }

    /** Ends it, if it goes on still. */
    public void end() {
        if (!isOver()) {
            response.end();
        }
    }
}
