package org.portreeve.upnp.igd;

/** The errors that actions answer with, as control points know them. */
public enum IgdFault {
    INVALID_ARGS(402, "Invalid Args"),
    ACTION_FAILED(501, "Action Failed"),
    ARGUMENT_OUT_OF_RANGE(601, "Argument Value Out of Range"),
    NOT_AUTHORIZED(606, "Action not authorized"),
    ARRAY_INDEX_INVALID(713, "SpecifiedArrayIndexInvalid"),
    NO_SUCH_ENTRY(714, "NoSuchEntryInArray"),
    WILDCARD_NOT_PERMITTED_IN_SOURCE_IP(715, "WildCardNotPermittedInSrcIP"),
    WILDCARD_NOT_PERMITTED_IN_EXTERNAL_PORT(716, "WildCardNotPermittedInExtPort"),
    CONFLICT_IN_MAPPING_ENTRY(718, "ConflictInMappingEntry"),
    NO_PORT_MAPS_AVAILABLE(728, "NoPortMapsAvailable"),
    CONFLICT_WITH_OTHER_MECHANISMS(729, "ConflictWithOtherMechanisms"),
    READ_ONLY(731, "ReadOnly"),
    WILDCARD_NOT_PERMITTED_IN_INTERNAL_PORT(732, "WildCardNotPermittedInIntPort");

    private final int code;
    private final String text;

    IgdFault(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** The number in the answer. */
    public int code() {
        return code;
    }

    /** The standard name, which some control points search for words. */
    public String text() {
        return text;
    }
}
