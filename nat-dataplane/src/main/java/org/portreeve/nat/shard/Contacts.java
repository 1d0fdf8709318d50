package org.portreeve.nat.shard;

import org.portreeve.nat.directory.ProfileRules;
import org.portreeve.nat.table.ContactTable;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/**
 * Whom the host of a mapping has contacted: the remote addresses of the sessions that it opened or
 * answered. Kept for mappings that were filtered by address once, so that nobody else pays for it:
 * the first question about a mapping walks its sessions. Owned by the shard thread, but for {@link
 * #prepare}.
 */
final class Contacts {
    private final Tables tables;

    /** Made before the first rules hold that filter by address; null until then. */
    private volatile ContactTable table;

    Contacts(Tables tables) {
        this.tables = tables;
        tables.rules.beforeRules(this::prepare);
    }

    /**
     * Sets the table aside when rules are to hold that need it: that takes a moment, which no
     * packet is to wait for. The thread that makes rules hold.
     */
    private void prepare(ProfileRules rules) {
        if (table == null && rules.filtersByAddress()) {
            ShardSecrets secrets = tables.secrets;
            int capacity = tables.sessions.capacity();
            table = new ContactTable(capacity, secrets.table0(), secrets.table1());
        }
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
        assert table != null : "rules hold that nobody was told of before";
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
