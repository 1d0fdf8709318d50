/**
 * What pages are made of: the frame, and numbers, times, limits and conflicts in the reader's
 * words. Immutable values and pure functions; any thread.
 */
package org.portreeve.admin.page.part;
