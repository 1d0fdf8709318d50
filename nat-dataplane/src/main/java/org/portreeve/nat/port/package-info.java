/** External ports: who holds which, and which is given next. Owned by the shard thread. */
package org.portreeve.nat.port;
