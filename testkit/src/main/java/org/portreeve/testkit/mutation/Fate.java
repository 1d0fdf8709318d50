package org.portreeve.testkit.mutation;

/** What became of a mutant. Immutable. */
enum Fate {
    /** The tagged test failed, as it should. */
    NOTICED("noticed"),

    /** The tagged test passed: it does not observe the rule, or the line does not obey it. */
    SURVIVED("SURVIVED"),

    /** The table asks for something that is not Java. */
    NOT_COMPILED("DOES NOT COMPILE"),

    /** The test was not found, or its process ended in a way of its own. */
    NOT_RUN("TEST DID NOT RUN");

    private final String words;

    Fate(String words) {
        this.words = words;
    }

    /** For a person. */
    String words() {
        return words;
    }
}
