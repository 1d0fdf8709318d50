package org.portreeve.upnp.transport;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import org.jupnp.model.message.StreamResponseMessage;

/**
 * An answer to an HTTP request. Immutable.
 *
 * @param headers beside those that every answer has
 * @param body may be empty
 */
public record HttpReply(int status, Map<String, String> headers, Buffer body) {
    /** UDA 1.1 §1.2.2: system, UPnP version and product; without their exact versions. */
    public static final String SERVER =
            System.getProperty("os.name").replace(' ', '_') + "/1.0 UPnP/1.1 Portreeve/1.0";

    /** Takes a copy of the headers. */
    public HttpReply {
        headers = Map.copyOf(headers);
    }

    /** An answer that is only a status. */
    public static HttpReply of(int status) {
        return of(status, Map.of());
    }

    /** A status with headers. */
    public static HttpReply of(int status, Map<String, String> headers) {
        return new HttpReply(status, headers, Buffer.buffer());
    }

    /** What the stack answers. */
    static HttpReply of(StreamResponseMessage response) {
        boolean hasBody = response.hasBody();
        return new HttpReply(
                response.getOperation().getStatusCode(),
                hasBody ? Map.of("Content-Type", "text/xml; charset=\"utf-8\"") : Map.of(),
                hasBody ? Buffer.buffer(response.getBodyBytes()) : Buffer.buffer());
    }

    /** Sends it; fails when the client is gone, which is nobody's loss. */
    Future<Void> send(HttpServerResponse response) {
        response.setStatusCode(status).putHeader("Server", SERVER).putHeader("EXT", "");
        headers.forEach(response::putHeader);
        return response.end(body);
    }
}
