package org.portreeve.admin.security;

/**
 * One login of one browser. Immutable.
 *
 * @param id what the cookie holds; never shown or logged
 * @param csrfToken what forms and scripts of this session carry
 * @param user the user's name
 * @param userVersion the user's version at login; another one makes the session void
 */
public record Session(String id, String csrfToken, String user, long userVersion, long openedNs) {}
