package org.portreeve.admin.page.part;

import org.portreeve.control.view.MappingOrigin;

/** A word in a box: a state or an origin. Immutable. */
public record Chip(Tone tone, String text) {
    /** Who asked for a mapping. */
    public static Chip of(MappingOrigin origin) {
        Tone tone = origin == MappingOrigin.STATIC ? Tone.ACCENT : Tone.PLAIN;
        return new Chip(tone, Words.origin(origin));
    }
}
