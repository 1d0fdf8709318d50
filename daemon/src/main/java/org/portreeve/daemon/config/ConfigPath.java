package org.portreeve.daemon.config;

import java.util.List;
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

    /** Where the applications of a profile lie, below it. */
    static final String APPLICATIONS = "eif.applications";

    /** Places of lists whose elements are groups of keys, besides those of profiles. */
    private static final List<String> LISTS =
            List.of(SUBSCRIBERS, ThirdPartyKeys.PORTALS, ThirdPartyKeys.REALMS);

    private static final Pattern ELEMENT = Pattern.compile("\\[[0-9]+]");
    private static final Pattern PROFILE = Pattern.compile("^profiles\\.[^.]+");
    private static final Pattern APPLICATION_LIST =
            Pattern.compile("profiles\\.[^.]+\\." + Pattern.quote(APPLICATIONS));

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
        return element(SUBSCRIBERS, position);
    }

    /** The list of the applications of a profile. */
    static String applications(String profile) {
        return profile(profile) + "." + APPLICATIONS;
    }

    /** An element of a list by its position, from 0. */
    static String element(String list, int position) {
        return list + "[" + position + "]";
    }

    /** Whether the place is a list whose elements are groups of keys, as many as one likes. */
    static boolean isList(String path) {
        return LISTS.contains(path) || APPLICATION_LIST.matcher(path).matches();
    }

    /** Whether a pattern is of keys in the elements of such a list. */
    static boolean isInList(String pattern) {
        int element = pattern.indexOf("[]");
        return element >= 0 && isList(pattern.substring(0, element));
    }

    /** Whether the place is a profile itself. */
    static boolean isProfile(String path) {
        return PROFILE.matcher(path).matches();
    }

    /**
     * The same place in the default profile, if it is one of another profile; else itself. So is
     * what lies in an element of a list, which takes nothing from the elements of another list.
     */
    static String inDefaultProfile(String path) {
        return path.endsWith("]") || path.contains("].")
                ? path
                : PROFILE.matcher(path).replaceFirst(ConfigKeys.PROFILE);
    }
}
