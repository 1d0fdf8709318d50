package org.portreeve.testkit.mutation;

/**
 * A way to break the line that obeys a conformance row. Immutable.
 *
 * @param row the ID of the conformance row
 * @param source the file from the root of the repository, with {@code /}
 * @param original what stands there exactly once
 * @param replacement what compiles in its place and does not obey
 * @param test the test that must fail then: class, {@code #}, method
 */
public record Mutation(
        String row, String source, String original, String replacement, String test) {
    private static final int CELLS = 5;

    static Mutation parse(String line) {
        String[] cells = line.split("\t", -1);
        if (cells.length != CELLS) {
            throw new IllegalArgumentException(
                    "a mutation has %d cells, not %d: %s".formatted(CELLS, cells.length, line));
        }
        return new Mutation(cells[0], cells[1], cells[2], cells[3], cells[4]);
    }

    /** The file's text with this mutation; throws when the original is not there exactly once. */
    public String applyTo(String text) {
        int at = text.indexOf(original);
        if (at < 0 || text.indexOf(original, at + 1) >= 0) {
            throw new IllegalArgumentException(
                    "%s does not stand in %s exactly once".formatted(original, source));
        }
        return text.substring(0, at) + replacement + text.substring(at + original.length());
    }

    /** The class and the method of the test as the conformance page names them. */
    public String shortTest() {
        return test.substring(test.lastIndexOf('.') + 1).replace('#', '.');
    }

    /** The name of the file alone. */
    String file() {
        return source.substring(source.lastIndexOf('/') + 1);
    }

    /** The directory of the module that the file belongs to. */
    String module() {
        return source.substring(0, source.indexOf('/'));
    }
}
