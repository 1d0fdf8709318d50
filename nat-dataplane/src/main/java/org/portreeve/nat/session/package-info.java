/** The life of a session: its TCP states and its timers. Owned by the shard thread. */
package org.portreeve.nat.session;
