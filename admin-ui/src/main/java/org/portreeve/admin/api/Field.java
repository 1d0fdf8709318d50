package org.portreeve.admin.api;

/**
 * A named value of a body, a path or a query. Immutable.
 *
 * @param isRequired whether it is always there
 * @param help one sentence for who calls the API
 */
record Field(String name, Kind kind, boolean isRequired, String help) {
    /** One that is always there. */
    static Field always(String name, Kind kind, String help) {
        return new Field(name, kind, true, help);
    }

    /** One that may be left out. */
    static Field maybe(String name, Kind kind, String help) {
        return new Field(name, kind, false, help);
    }
}
