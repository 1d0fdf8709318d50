/** The data directory of a node: made durably, and owned by whom it belongs to. Any thread. */
package org.portreeve.control.files;
