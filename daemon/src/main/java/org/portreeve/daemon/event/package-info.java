/**
 * Where the events of a node go: lines of JSON in a file, and the log for what an operator must
 * see. Filled by the event loop of port control, written by a thread of its own.
 */
package org.portreeve.daemon.event;
