package org.portreeve.admin.page.model;

import org.portreeve.admin.page.part.Frame;

/**
 * Where staff log in. Immutable.
 *
 * @param name as typed before
 * @param next the page to go to afterwards
 * @param fault why it was refused; empty when it was not
 */
public record LoginModel(Frame frame, String name, String next, String fault) {
    /** Whether another page sent the reader here, because nobody was logged in. */
    public boolean wasSent() {
        return !next.isEmpty() && !next.equals("/");
    }
}
