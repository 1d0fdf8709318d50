package org.portreeve.bench.differential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the product answers where miniupnpd answers otherwise: that both differ would be true of a
 * wrong answer, too. One line for each question, its id and the words of the page; a star stands
 * for an octet that the seed makes.
 */
final class Expected {
    private static final Map<String, String> WORDS = read("expected.tsv");

    /** Between quoted words. */
    private static final String ANY_OCTET = "\\E[0-9a-f]{2}\\Q";

    private Expected() {}

    private static Map<String, String> read(String resource) {
        try (InputStream in = Expected.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split("\t", 2))
                    .collect(Collectors.toUnmodifiableMap(cells -> cells[0], cells -> cells[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** That of one question, as {@link Findings.Difference#oursInWords} says it. */
    static Optional<String> of(String id) {
        return Optional.ofNullable(WORDS.get(id));
    }

    /** Whether these words are those of a question. */
    static boolean is(String id, String words) {
        return of(id).map(expected -> Pattern.quote(expected).replace("*", ANY_OCTET))
                .filter(pattern -> Pattern.matches(pattern, words))
                .isPresent();
    }
}
