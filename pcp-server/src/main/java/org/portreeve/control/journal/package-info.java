/**
 * What makes leases survive: an append-only journal with group commit. Called by the port-control
 * thread; writes and forces on a thread of its own.
 */
package org.portreeve.control.journal;
