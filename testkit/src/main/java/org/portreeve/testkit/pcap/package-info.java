/** Reads what was captured: classic pcap files and the IPv4 packets in them. Any thread. */
package org.portreeve.testkit.pcap;
