package org.portreeve.admin.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A kind of JSON object: what a body must be, and what the document says it is. Immutable.
 *
 * @param name unique among shapes
 */
record Shape(String name, List<Field> fields) {
    Shape {
        fields = List.copyOf(fields);
    }

    static Shape of(String name, Field... fields) {
        return new Shape(name, List.of(fields));
    }

    /** All that is wrong with an object. */
    List<Fault> faults(JsonObject object) {
        var faults = new ArrayList<Fault>();
        for (Field field : fields) {
            if (!object.containsKey(field.name())) {
                if (field.isRequired()) {
                    faults.add(new Fault(field.name(), "It is missing. " + field.help()));
                }
                continue;
            }
            field.kind()
                    .fault(object.getValue(field.name()))
                    .ifPresent(message -> faults.add(new Fault(field.name(), message)));
        }
        for (String name : object.fieldNames()) {
            if (fields.stream().noneMatch(field -> field.name().equals(name))) {
                faults.add(new Fault(name, "There is no such field. Allowed: " + names() + "."));
            }
        }
        return faults;
    }

    private String names() {
        return fields.stream().map(Field::name).collect(Collectors.joining(", "));
    }

    JsonObject reference() {
        return new JsonObject().put("$ref", "#/components/schemas/" + name);
    }

    /** Its JSON Schema. */
    JsonObject schema() {
        var properties = new JsonObject();
        var required = new JsonArray();
        for (Field field : fields) {
            JsonObject schema = field.kind().schema();
            properties.put(field.name(), schema.put("description", field.help()));
            if (field.isRequired()) {
                required.add(field.name());
            }
        }
        return new JsonObject()
                .put("type", "object")
                .put("properties", properties)
                .put("required", required)
                .put("additionalProperties", false);
    }
}
