package org.portreeve.admin.page.model;

import org.portreeve.admin.page.part.Frame;

/**
 * Asks which address of a subscriber was given up. Immutable.
 *
 * @param prefixes the addresses to choose from, as text
 * @param address as typed before, or the only one
 * @param fault what is wrong with it; empty when nothing is
 */
public record ReleaseModel(
        Frame frame,
        String subscriber,
        String prefixes,
        String address,
        String action,
        String back,
        String fault) {}
