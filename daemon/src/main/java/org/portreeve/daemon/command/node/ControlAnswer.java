package org.portreeve.daemon.command.node;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * What a node answered. Immutable.
 *
 * @param status of HTTP
 * @param text the whole answer, JSON
 */
record ControlAnswer(int status, String text) {
    private static final int FIRST_REFUSAL = 400;

    boolean isRefused() {
        return status >= FIRST_REFUSAL;
    }

    JsonObject json() {
        return text.isEmpty() ? new JsonObject() : new JsonObject(text);
    }

    /** Why it was refused, from a problem document (RFC 9457), with every fault. */
    String reason() {
        JsonObject problem = json();
        String title = problem.getString("title", "HTTP status " + status);
        String detail = problem.getString("detail", "");
        var text = new StringBuilder(detail.isEmpty() ? title : title + ": " + detail);
        for (Object each : problem.getJsonArray("faults", new JsonArray())) {
            var fault = (JsonObject) each;
            text.append(System.lineSeparator())
                    .append("  ")
                    .append(fault.getString("field"))
                    .append(": ")
                    .append(fault.getString("message"));
        }
        return text.toString();
    }
}
