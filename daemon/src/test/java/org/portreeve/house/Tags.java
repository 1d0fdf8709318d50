package org.portreeve.house;

import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code @Conformance} tags of all tests. Any thread. */
final class Tags {
    private static final Pattern TAG =
            Pattern.compile(
                    "@Conformance\\(\\s*(\\{[^}]*}|\"[^\"]*\")\\s*\\).*?\\bvoid\\s+(\\w+)\\(",
                    Pattern.DOTALL);
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");

    private Tags() {}

    /** The tests of each row, as class and method. */
    static SortedMap<String, Set<String>> testsByRow() {
        var tests = new TreeMap<String, Set<String>>();
        for (Sources.Source source : Sources.java()) {
            if (!source.isTest() || source.path().endsWith("Tags.java")) {
                continue;
            }
            String file = source.path().getFileName().toString();
            Matcher tag = TAG.matcher(source.text());
            while (tag.find()) {
                String test = file.replace(".java", "") + "." + tag.group(2);
                QUOTED.matcher(tag.group(1))
                        .results()
                        .forEach(id ->
                                tests.computeIfAbsent(id.group(1), _ -> new TreeSet<>()).add(test));
            }
        }
        return tests;
    }
}
