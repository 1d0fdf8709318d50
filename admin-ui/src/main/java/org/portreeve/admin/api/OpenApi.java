package org.portreeve.admin.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The OpenAPI 3.1 document of a table of operations. Pure; any thread. */
final class OpenApi {
    private static final String PROBLEM_TYPE = "application/problem+json";

    private OpenApi() {}

    static JsonObject document(List<Operation> operations) {
        var paths = new JsonObject();
        for (Operation operation : operations) {
            String path = template(Operation.ROOT + operation.path());
            if (!paths.containsKey(path)) {
                paths.put(path, new JsonObject());
            }
            paths.getJsonObject(path)
                    .put(operation.method().name().toLowerCase(Locale.ROOT), describe(operation));
        }
        return new JsonObject()
                .put("openapi", "3.1.0")
                .put("info", info())
                .put("security", new JsonArray().add(new JsonObject().put("basic", none())))
                .put("paths", paths)
                .put("components", components(operations));
    }

    private static JsonObject info() {
        return new JsonObject()
                .put("title", "Portreeve")
                .put("version", "1")
                .put(
                        "description",
                        "Port control for carrier-grade NAT. Use Basic authentication over"
                                + " HTTPS, or the node's control socket without any.");
    }

    private static JsonArray none() {
        return new JsonArray();
    }

    /** Vert.x marks the parts of a path by a colon, OpenAPI by braces. */
    private static String template(String path) {
        return path.replaceAll(":([A-Za-z]+)", "{$1}");
    }

    private static JsonObject describe(Operation operation) {
        var parameters = new JsonArray();
        operation.parameters().forEach(field -> parameters.add(parameter(operation, field)));
        if (operation.isVersioned()) {
            parameters.add(
                    new JsonObject()
                            .put("name", "If-Match")
                            .put("in", "header")
                            .put("required", true)
                            .put("description", "The ETag of what you saw.")
                            .put("schema", new JsonObject().put("type", "string")));
        }
        var description =
                new JsonObject()
                        .put("summary", operation.summary())
                        .put(
                                "description",
                                "Permitted to " + operation.access().rolesInWords() + ".")
                        .put("parameters", parameters)
                        .put("responses", responses(operation));
        operation
                .body()
                .ifPresent(shape ->
                        description.put(
                                "requestBody",
                                content(Operation.JSON, shape).put("required", true)));
        return description;
    }

    private static JsonObject parameter(Operation operation, Field field) {
        return new JsonObject()
                .put("name", field.name())
                .put("in", operation.isInPath(field) ? "path" : "query")
                .put("required", field.isRequired())
                .put("description", field.help())
                .put("schema", field.kind().schema());
    }

    private static JsonObject responses(Operation operation) {
        JsonObject success =
                operation
                        .answer()
                        .map(shape -> content(operation.mediaType(), shape))
                        .orElseGet(JsonObject::new)
                        .put("description", "Done.");
        JsonObject refusal =
                content(PROBLEM_TYPE, Shapes.PROBLEM).put("description", "Not done, and why.");
        return new JsonObject()
                .put(Integer.toString(operation.status()), success)
                .put("default", refusal);
    }

    private static JsonObject content(String type, Shape shape) {
        return new JsonObject()
                .put(
                        "content",
                        new JsonObject()
                                .put(type, new JsonObject().put("schema", shape.reference())));
    }

    private static JsonObject components(List<Operation> operations) {
        var shapes = new TreeMap<String, Shape>();
        collect(shapes, Shapes.PROBLEM);
        for (Operation operation : operations) {
            operation.body().ifPresent(shape -> collect(shapes, shape));
            operation.answer().ifPresent(shape -> collect(shapes, shape));
        }
        var schemas = new JsonObject();
        shapes.forEach((name, shape) -> schemas.put(name, shape.schema()));
        var basic = new JsonObject().put("type", "http").put("scheme", "basic");
        return new JsonObject()
                .put("schemas", schemas)
                .put("securitySchemes", new JsonObject().put("basic", basic));
    }

    private static void collect(Map<String, Shape> shapes, Shape shape) {
        shapes.put(shape.name(), shape);
        for (Field field : shape.fields()) {
            switch (field.kind()) {
                case Kind.One(Shape inner) -> collect(shapes, inner);
                case Kind.Many(Shape inner) -> collect(shapes, inner);
                case Kind.Text _,
                        Kind.Whole _,
                        Kind.Flag _,
                        Kind.Choice _,
                        Kind.Address _,
                        Kind.Values _ -> {}
            }
        }
    }
}
