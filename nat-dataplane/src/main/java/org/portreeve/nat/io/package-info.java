/** Packet input and output: the port interface and what implements it. Shard thread only. */
package org.portreeve.nat.io;
