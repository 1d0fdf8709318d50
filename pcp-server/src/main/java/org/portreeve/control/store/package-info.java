/**
 * What staff edit and what must be found again years later, kept by a database; all methods block
 * and belong on worker threads.
 */
package org.portreeve.control.store;
