package org.portreeve.upnp.device;

/**
 * Something that SSDP announces and finds. Immutable.
 *
 * @param type what NT and ST say
 * @param usn what USN says
 */
public record SsdpTarget(String type, String usn) {
    /** A target of a device, by a type. */
    static SsdpTarget of(String udn, String type) {
        return new SsdpTarget(type, udn + "::" + type);
    }
}
