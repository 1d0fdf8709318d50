/** What the translator counts. Written by one shard thread each, read by any. */
package org.portreeve.nat.counter;
