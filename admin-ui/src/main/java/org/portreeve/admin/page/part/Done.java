package org.portreeve.admin.page.part;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a page says that a form led to. The word goes through the browser, the sentence does not: no
 * link can put words of its own on a page.
 */
public enum Done {
    LOGGED_OUT(Tone.GOOD, "You are logged out."),
    PASSWORD_CHANGED(
            Tone.GOOD, "Your password is changed. Other sessions of yours are logged out."),
    MAPPING_DROPPED(Tone.GOOD, "The mapping is dropped."),
    MAPPING_GONE(Tone.WARN, "There was nothing to drop: the mapping had ended already."),
    ADDRESS_RELEASED(Tone.GOOD, "The address is released and its mappings are ended."),
    NOTHING_TO_RELEASE(Tone.WARN, "The address had no mappings to end."),
    RESERVATION_IN_FORCE(Tone.GOOD, "The reservation is saved and in force."),
    RESERVATION_WAITS(
            Tone.WARN, "The reservation is saved. It is not in force yet; its state says why."),
    RESERVATION_DELETED(Tone.GOOD, "The reservation is deleted and its port no longer forwarded."),
    USER_ADDED(Tone.GOOD, "The user is added and must change the password at the first log-in."),
    USER_DELETED(Tone.GOOD, "The user is deleted and logged out.");

    /** The query parameter. */
    public static final String PARAMETER = "done";

    private final Tone tone;
    private final String sentence;

    Done(Tone tone, String sentence) {
        this.tone = tone;
        this.sentence = sentence;
    }

    /** What a word stands for; empty for any other text. */
    public static Optional<Notice> read(String word) {
        return Arrays.stream(values())
                .filter(done -> done.word().equals(word))
                .map(done -> new Notice(done.tone, done.sentence))
                .findFirst();
    }

    /** The address of a page that will say so. */
    public String at(String path) {
        return path + "?" + PARAMETER + "=" + word();
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
