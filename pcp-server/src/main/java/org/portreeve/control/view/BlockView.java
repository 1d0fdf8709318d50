package org.portreeve.control.view;

/**
 * A port block that a subscriber has. Immutable.
 *
 * @param subscriber the subscriber's id
 */
public record BlockView(String subscriber, int externalIp, int firstPort, int portCount) {}
