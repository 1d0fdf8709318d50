package org.portreeve.admin.page.part;

/** One of the values of a selection. Immutable. */
public record Choice(String value, String label, boolean selected) {}
