package org.portreeve.admin.page.part;

import org.portreeve.admin.security.Access;

/** An entry of the navigation. */
public enum Section {
    OVERVIEW("Overview", "/", Access.VIEW),
    MAPPINGS("Mappings", "/mappings", Access.VIEW),
    RESERVATIONS("Reservations", "/reservations", Access.VIEW),
    SUBSCRIBERS("Subscribers", "/subscribers", Access.VIEW),
    AUDIT("Audit", "/audit", Access.AUDIT),
    USERS("Users", "/users", Access.ADMIN);

    private final String label;
    private final String path;
    private final Access access;

    Section(String label, String path, Access access) {
        this.label = label;
        this.path = path;
        this.access = access;
    }

    /** What the reader sees. */
    public String label() {
        return label;
    }

    /** Where it is. */
    public String path() {
        return path;
    }

    /** Who may open it. */
    public Access access() {
        return access;
    }
}
