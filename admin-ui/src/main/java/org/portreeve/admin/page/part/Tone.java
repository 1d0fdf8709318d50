package org.portreeve.admin.page.part;

import java.util.Locale;

/** How something is meant: the colour of a box whose words say the same. */
public enum Tone {
    PLAIN,
    ACCENT,
    GOOD,
    WARN,
    BAD;

    /** The style class. */
    public String style() {
        return name().toLowerCase(Locale.ROOT);
    }
}
