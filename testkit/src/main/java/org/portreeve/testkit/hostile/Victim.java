package org.portreeve.testkit.hostile;

/**
 * A mapping of somebody else, by what an onlooker knows of it. Immutable.
 *
 * @param address whose it is
 * @param protocol the protocol number
 * @param internalPort the internal port
 * @param externalPort the external port, which all the Internet may know
 */
record Victim(String address, int protocol, int internalPort, int externalPort) {
    /** Reads the words behind the order. */
    static Victim parse(String[] words) {
        return new Victim(
                words[1],
                Integer.parseInt(words[2]),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]));
    }
}
