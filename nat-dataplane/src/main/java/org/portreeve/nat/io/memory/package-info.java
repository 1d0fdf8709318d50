/**
 * A packet port without a network: for tests, for simulation and for a node that carries no
 * packets. The port side belongs to the shard thread, the network side to any.
 */
package org.portreeve.nat.io.memory;
