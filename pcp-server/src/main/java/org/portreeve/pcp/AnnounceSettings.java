package org.portreeve.pcp;

/**
 * How a start or a loss is announced (RFC 6887 §14.1.3). Immutable.
 *
 * @param multicast whether to all hosts of each link
 * @param unicast whether to each client that is known
 * @param copies how often, 1 to {@link #MOST_COPIES}
 * @param perSecond how many single hosts are told of announcements and of changes of their mappings
 *     in a second, at least 1
 */
public record AnnounceSettings(boolean multicast, boolean unicast, int copies, int perSecond) {
    /** RFC 6887 §14.1.3: up to ten times. */
    public static final int MOST_COPIES = 10;

    /** What holds when nothing is said: a million clients hear of a restart within 200 s. */
    public static final AnnounceSettings USUAL =
            new AnnounceSettings(true, true, MOST_COPIES, 5_000);

    /** Refuses what no protocol has. */
    public AnnounceSettings {
        if (copies < 1 || copies > MOST_COPIES || perSecond < 1) {
            throw new IllegalArgumentException(copies + " copies, " + perSecond + " per second");
        }
    }
}
