/**
 * A whole node but its sockets, simulated from one seed: shards, port control, journal and staff on
 * one clock, and what must hold after every step. Owned by the test's thread.
 */
package org.portreeve.control.simulation;
