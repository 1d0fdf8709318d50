package org.portreeve.nat.shard;

import org.portreeve.nat.table.ContactTable;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/**
 * Whom the host of a mapping has contacted: the remote addresses of the sessions that it opened or
 * answered. Kept for mappings that were filtered by address once, so that nobody else pays for it:
 * the first question about a mapping walks its sessions. Owned by the shard thread.
 */
final class Contacts {
    private final Tables tables;

    /** Made when the first mapping is filtered by address; null until then. */
    private ContactTable table;

    Contacts(Tables tables) {
        this.tables = tables;
    }

    /** Whether the host has contacted the address through this mapping. */
    boolean has(int mapping, int remoteIp) {
        if (!tables.mappings.has(mapping, MappingTable.CONTACTS)) {
            follow(mapping);
        }
        return table.has(mapping, remoteIp);
    }

    /** The host opened a session of the mapping, or answered it for the first time. */
    void onContact(int session) {
        int mapping = tables.sessions.mapping(session);
        if (tables.mappings.has(mapping, MappingTable.CONTACTS)) {
            table.add(mapping, tables.sessions.remoteIp(session));
        }
    }

    /** A session that the host opened or answered ends. */
    void onEnd(int session) {
        int mapping = tables.sessions.mapping(session);
        if (tables.mappings.has(mapping, MappingTable.CONTACTS)) {
            table.remove(mapping, tables.sessions.remoteIp(session));
        }
    }

    private void follow(int mapping) {
        if (table == null) {
            ShardSecrets secrets = tables.secrets;
            table =
                    new ContactTable(
                            tables.sessions.capacity(), secrets.table0(), secrets.table1());
        }
        tables.mappings.set(mapping, MappingTable.CONTACTS);
        for (int s = tables.mappings.firstSession(mapping);
                s != SessionTable.NONE;
                s = tables.sessions.next(s)) {
            if (tables.sessions.isWanted(s)) {
                table.add(mapping, tables.sessions.remoteIp(s));
            }
        }
    }
}
