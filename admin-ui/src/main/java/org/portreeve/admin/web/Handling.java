package org.portreeve.admin.web;

/** What a route does. Called on the event loop; must not block and must answer once. */
@FunctionalInterface
public interface Handling {
    /** Answers, now or later. */
    void handle(Visit visit);
}
