/**
 * Events of a node with the names of their subscribers: what shards tell through their telemetry,
 * and what port control tells itself. Called on the event loop of port control; counts are read by
 * any thread.
 */
package org.portreeve.control.event;
