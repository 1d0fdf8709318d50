/**
 * The store in SQL that H2 and PostgreSQL understand alike: one class for each kind of record, its
 * statements beside its methods. Everything blocks; worker threads only.
 */
package org.portreeve.control.store.sql;
