package org.portreeve.admin.page.part;

/** A name and its value. Immutable. */
public record Term(String name, String value) {}
