package org.portreeve.control.reservation;

/**
 * What is wrong with a field and what is allowed, in one sentence for an operator. Immutable.
 *
 * @param field {@code internal-address}, {@code internal-port}, {@code protocol}, {@code
 *     external-address}, {@code external-port} or {@code description}
 */
public record FieldFault(String field, String message) {}
