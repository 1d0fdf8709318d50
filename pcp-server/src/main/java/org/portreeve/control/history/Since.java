package org.portreeve.control.history;

/**
 * Whose ports are at a place, and since when; immutable.
 *
 * @param portCount how many there are, the first included
 */
record Since(int realm, String subscriber, int portCount, long fromMillis) {
    static Since of(Possession possession, long fromMillis) {
        return new Since(
                possession.realm(), possession.subscriber(), possession.portCount(), fromMillis);
    }

    /** The whole possession, from its key. */
    Possession at(long key) {
        return Possession.of(key, realm, subscriber, portCount);
    }

    /** The whole possession, from another one at its place. */
    Possession at(Possession place) {
        return new Possession(
                realm,
                subscriber,
                place.protocol(),
                place.externalIp(),
                place.firstPort(),
                portCount,
                place.remoteIp());
    }

    /** Whether these are the ports of a possession at this place. */
    boolean isOf(Possession possession) {
        return realm == possession.realm()
                && portCount == possession.portCount()
                && subscriber.equals(possession.subscriber());
    }
}
