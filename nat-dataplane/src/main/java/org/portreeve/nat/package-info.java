/**
 * Port-translation vocabulary shared by shards and port control: addresses, protocols, shard
 * limits. Any thread.
 */
package org.portreeve.nat;
