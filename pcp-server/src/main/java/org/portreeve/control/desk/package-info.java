/**
 * The way into port control from other threads: work is handed to its loop, and what came of it
 * comes back as a stage that completes there.
 */
package org.portreeve.control.desk;
