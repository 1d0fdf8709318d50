package org.portreeve.nat.snapshot;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/**
 * The octets of a snapshot file, all big-endian.
 *
 * <pre>
 * header   magic (8) | version (2) | taken at, wall-clock ms (8) | length of name (1) | node name
 * section  'S' | shard (2)                       rows of one shard follow, up to the next section
 * mapping  'M' | external address (4) | external port (2) | protocol (1) | realm (1)
 *              | internal address (4) | internal port (2) | peers (8) | state (1) | flags (1)
 *              | rests, ns (8) | sessions (4), and so many
 * session  remote address (4) | remote port (2) | flags (1) | TCP state (1) | idle, ns (8)
 *          | idle time of its own, ms (4)
 *          with TCP, for either direction: acknowledgement (4) | window (4) | scale (1) | known (1)
 * rest     'R' | external address (4) | first port (2) | ports (4) | rests, ns (8)
 * end      'E' | mappings (8) | sessions (8)
 * trailer  CRC-32C of everything before (4)
 * </pre>
 *
 * <p>States and flags are the codes of the tables, so a change of their meaning is a new version.
 * Any thread.
 */
final class SnapshotFormat {
    /** {@code PRTRSNAP}. */
    static final long MAGIC = 0x5052_5452_534e_4150L;

    static final short VERSION = 1;

    /** Octets of a file at most: some 20 million TCP sessions; what is more is left out. */
    static final long MAX_BYTES = 1L << 30;

    static final int MAX_NAME_BYTES = 255;
    static final int TRAILER_BYTES = 4;
    static final int END_BYTES = 17;

    static final byte SECTION = 'S';
    static final byte MAPPING = 'M';
    static final byte REST = 'R';
    static final byte END = 'E';

    /** Of a mapping without its sessions, the tag included. */
    static final int MAPPING_BYTES = 37;

    static final int REST_BYTES = 19;
    static final int SECTION_BYTES = 3;

    /** Longer than any time a table holds; sums of two of them do not overflow. */
    static final long MAX_DURATION_NS = 1L << 60;

    static final int MAX_WINDOW_SCALE = 14;

    static final int MAPPING_FLAGS =
            MappingTable.EXPLICIT
                    | MappingTable.STATIC
                    | MappingTable.WAS_EXPLICIT
                    | MappingTable.APART
                    | MappingTable.OVERLAPPED;

    static final int SESSION_FLAGS = SessionTable.INBOUND | SessionTable.REPLIED;

    private static final int PLAIN_SESSION_BYTES = 20;
    private static final int TCP_SESSION_BYTES = 40;

    private SnapshotFormat() {}

    /** Octets of a session of this protocol. */
    static int sessionBytes(int protocol) {
        return protocol == Protocol.TCP ? TCP_SESSION_BYTES : PLAIN_SESSION_BYTES;
    }
}
