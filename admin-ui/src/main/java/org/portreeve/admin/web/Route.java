package org.portreeve.admin.web;

import io.vertx.core.http.HttpMethod;
import org.portreeve.admin.security.Access;

/**
 * One line of the table of all routes. Immutable.
 *
 * @param path as Vert.x Web writes it, {@code /reservations/:id}
 */
public record Route(HttpMethod method, String path, Access access, Handling handling) {
    /** Where the API begins. */
    public static final String API = "/api/";

    /** Whether programs use it. */
    public boolean isApi() {
        return path.startsWith(API);
    }

    /** Whether it may change something. */
    public boolean changes() {
        return !method.equals(HttpMethod.GET);
    }
}
