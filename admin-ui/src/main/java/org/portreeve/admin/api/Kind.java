package org.portreeve.admin.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.portreeve.nat.Ipv4;

/** What a value may be: checked where it comes in, and written in the document. Immutable. */
sealed interface Kind {
    Pattern WHOLE = Pattern.compile("-?\\d{1,18}");

    /** Any text up to a length. */
    record Text(int maxLength) implements Kind {}

    /** A whole number within bounds. */
    record Whole(long least, long most) implements Kind {}

    /** True or false. */
    record Flag() implements Kind {}

    /** One of these words. */
    record Choice(List<String> words) implements Kind {
        /** Takes a copy of the list. */
        public Choice {
            words = List.copyOf(words);
        }
    }

    /** An IPv4 address, dotted. */
    record Address() implements Kind {}

    /** An object. */
    record One(Shape shape) implements Kind {}

    /** Any number of objects. */
    record Many(Shape shape) implements Kind {}

    /** Any number of simple values. */
    record Values(Kind each) implements Kind {}

    /** What is wrong with a JSON value, in words that say what is allowed; empty for a good one. */
    default Optional<String> fault(Object value) {
        return switch (this) {
            case Text(int maxLength) ->
                    unless(
                            value instanceof String text && text.length() <= maxLength,
                            "text of at most " + maxLength + " characters");
            case Whole(long least, long most) ->
                    unless(
                            (value instanceof Integer || value instanceof Long)
                                    && within(((Number) value).longValue(), least, most),
                            "a whole number from " + least + " to " + most);
            case Flag() -> unless(value instanceof Boolean, "true or false");
            case Choice(List<String> words) ->
                    unless(
                            value instanceof String word && words.contains(word),
                            "one of " + String.join(", ", words));
            case Address() ->
                    unless(
                            value instanceof String text && Ipv4.parse(text).isPresent(),
                            "an IPv4 address such as 192.0.2.1");
            case One(Shape shape) ->
                    unless(
                            value instanceof JsonObject object && shape.faults(object).isEmpty(),
                            "an object of the kind " + shape.name());
            case Many(Shape shape) -> each(value, new One(shape));
            case Values(Kind kind) -> each(value, kind);
        };
    }

    private static Optional<String> each(Object value, Kind kind) {
        return value instanceof JsonArray items
                ? items.stream().flatMap(item -> kind.fault(item).stream()).findFirst()
                : Optional.of("Allowed: a list.");
    }

    private static Optional<String> unless(boolean isGood, String allowed) {
        return isGood ? Optional.empty() : Optional.of("Allowed: " + allowed + ".");
    }

    private static boolean within(long value, long least, long most) {
        return least <= value && value <= most;
    }

    /** What is wrong with a value in a path or a query. */
    default Optional<String> faultOfText(String text) {
        return this instanceof Whole
                ? fault(WHOLE.matcher(text).matches() ? Long.valueOf(text) : text)
                : fault(text);
    }

    /** The value's JSON Schema. */
    default JsonObject schema() {
        return switch (this) {
            case Text(int maxLength) -> type("string").put("maxLength", maxLength);
            case Whole(long least, long most) ->
                    type("integer").put("minimum", least).put("maximum", most);
            case Flag() -> type("boolean");
            case Choice(List<String> words) -> type("string").put("enum", new JsonArray(words));
            case Address() -> type("string").put("format", "ipv4");
            case One(Shape shape) -> shape.reference();
            case Many(Shape shape) -> type("array").put("items", shape.reference());
            case Values(Kind each) -> type("array").put("items", each.schema());
        };
    }

    private static JsonObject type(String name) {
        return new JsonObject().put("type", name);
    }
}
