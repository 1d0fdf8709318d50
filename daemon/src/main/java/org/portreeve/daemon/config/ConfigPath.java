package org.portreeve.daemon.config;

import java.util.regex.Pattern;

/**
 * Names of places in a configuration file: dashed words joined by dots. A <i>pattern</i>, which the
 * key table has, writes {@code []} for each element of a list and {@code *} for each profile; what
 * a file gives has numbers and names there. Immutable.
 */
final class ConfigPath {
    /** Where profiles lie. */
    static final String PROFILES = "profiles";

    /** Where named subscribers lie. */
    static final String SUBSCRIBERS = "subscribers";

    private static final Pattern ELEMENT = Pattern.compile("\\[[0-9]+]");
    private static final Pattern PROFILE = Pattern.compile("^profiles\\.[^.]+");

    private ConfigPath() {}

    /** The pattern of a place. */
    static String pattern(String path) {
        String elements = ELEMENT.matcher(path).replaceAll("[]");
        return PROFILE.matcher(elements).replaceFirst("profiles.*");
    }

    /** A profile by name. */
    static String profile(String name) {
        return PROFILES + "." + name;
    }

    /** A subscriber by its position in the list, from 0. */
    static String subscriber(int position) {
        return SUBSCRIBERS + "[" + position + "]";
    }

    /** Whether the place is a profile itself. */
    static boolean isProfile(String path) {
        return PROFILE.matcher(path).matches();
    }

    /** The same place in the default profile, if it is one of another profile; else itself. */
    static String inDefaultProfile(String path) {
        return PROFILE.matcher(path).replaceFirst(ConfigKeys.PROFILE);
    }
}
