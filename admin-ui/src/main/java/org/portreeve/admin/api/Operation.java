package org.portreeve.admin.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Handling;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;

/**
 * One thing that the API does. What is checked before it is done, and what the document says of it,
 * are made of the same parts. Immutable.
 *
 * @param path below {@link #ROOT}, as Vert.x Web writes it
 * @param parameters of path and query; those that the path does not name are the query's
 * @param body what must be sent; empty for nothing
 * @param isVersioned whether the request must name the version that it saw, in If-Match
 * @param status of the answer when it was done
 * @param answer what comes back; empty for nothing
 * @param mediaType of the answer
 */
record Operation(
        HttpMethod method,
        String path,
        Access access,
        String summary,
        List<Field> parameters,
        Optional<Shape> body,
        boolean isVersioned,
        int status,
        Optional<Shape> answer,
        String mediaType,
        Handling handling) {
    static final String ROOT = Route.API + "v1";

    static final String JSON = "application/json";

    private static final Pattern VERSION = Pattern.compile("\"(\\d{1,18})\"");

    Operation {
        parameters = List.copyOf(parameters);
    }

    /** Answers 204 until more is said. */
    static Operation of(
            HttpMethod method, String path, Access access, String summary, Handling handling) {
        return new Operation(
                method,
                path,
                access,
                summary,
                List.of(),
                Optional.empty(),
                false,
                204,
                Optional.empty(),
                JSON,
                handling);
    }

    Operation with(Field... more) {
        return new Operation(
                method,
                path,
                access,
                summary,
                Stream.concat(parameters.stream(), Stream.of(more)).toList(),
                body,
                isVersioned,
                status,
                answer,
                mediaType,
                handling);
    }

    Operation takes(Shape shape) {
        return new Operation(
                method,
                path,
                access,
                summary,
                parameters,
                Optional.of(shape),
                isVersioned,
                status,
                answer,
                mediaType,
                handling);
    }

    Operation versioned() {
        return new Operation(
                method,
                path,
                access,
                summary,
                parameters,
                body,
                true,
                status,
                answer,
                mediaType,
                handling);
    }

    Operation answers(int success, Shape shape) {
        return answers(success, JSON, shape);
    }

    Operation answers(int success, String type, Shape shape) {
        return new Operation(
                method,
                path,
                access,
                summary,
                parameters,
                body,
                isVersioned,
                success,
                Optional.of(shape),
                type,
                handling);
    }

    /** Whether a parameter is a part of the path. */
    boolean isInPath(Field parameter) {
        return List.of(path.split("/", -1)).contains(":" + parameter.name());
    }

    /** The line of the table of routes. */
    Route route() {
        return new Route(method, ROOT + path, access, this::check);
    }

    private void check(Visit visit) {
        List<Fault> faults = parameterFaults(visit);
        if (!faults.isEmpty()) {
            visit.problem(
                    400,
                    "Parameters are wrong",
                    "The path or the query holds what is not allowed; see faults.",
                    Fault.members(faults));
        } else if (isVersioned && !VERSION.matcher(visit.header("If-Match")).matches()) {
            visit.fail(
                    428,
                    "The version is missing",
                    "Send If-Match with the ETag of what you saw, such as \"3\" in its quotes.");
        } else if (body.isEmpty() || isBodyGood(visit, body.orElseThrow())) {
            handling.handle(visit);
        }
    }

    private List<Fault> parameterFaults(Visit visit) {
        var faults = new ArrayList<Fault>();
        for (Field parameter : parameters) {
            String name = parameter.name();
            String text = isInPath(parameter) ? visit.param(name) : visit.query(name);
            if (!text.isEmpty()) {
                parameter
                        .kind()
                        .faultOfText(text)
                        .ifPresent(message -> faults.add(new Fault(name, message)));
            } else if (parameter.isRequired()) {
                faults.add(new Fault(name, "It is missing. " + parameter.help()));
            }
        }
        List<String> known =
                parameters.stream().filter(it -> !isInPath(it)).map(Field::name).toList();
        for (String name : visit.queryNames()) {
            if (!known.contains(name)) {
                faults.add(
                        new Fault(
                                name,
                                "There is no such parameter. Allowed: "
                                        + (known.isEmpty() ? "none" : String.join(", ", known))
                                        + "."));
            }
        }
        return faults;
    }

    private static boolean isBodyGood(Visit visit, Shape shape) {
        String type = visit.header("Content-Type").toLowerCase(Locale.ROOT);
        if (!type.equals(JSON) && !type.startsWith(JSON + ";")) {
            visit.fail(415, "Not JSON", "Send the body with Content-Type: " + JSON + ".");
            return false;
        }
        Optional<JsonObject> object = visit.json();
        if (object.isEmpty()) {
            visit.fail(400, "Not JSON", "The body must be one JSON object, " + shape.name() + ".");
            return false;
        }
        List<Fault> faults = shape.faults(object.orElseThrow());
        if (!faults.isEmpty()) {
            visit.problem(
                    422,
                    "The body is wrong",
                    "Some fields hold what is not allowed; see faults.",
                    Fault.members(faults));
        }
        return faults.isEmpty();
    }

    /** The version that a request saw; only where it is versioned. */
    static long version(Visit visit) {
        var matcher = VERSION.matcher(visit.header("If-Match"));
        if (!matcher.matches()) {
            throw new IllegalStateException("nobody checked If-Match");
        }
        return Long.parseLong(matcher.group(1));
    }

    /** The ETag of a version. */
    static String tag(long version) {
        return '"' + Long.toString(version) + '"';
    }
}
