/**
 * Who had which external ports when, taken down for the store: what port control tells is queued on
 * its loop, and written by a thread of this package alone.
 */
package org.portreeve.control.history;
