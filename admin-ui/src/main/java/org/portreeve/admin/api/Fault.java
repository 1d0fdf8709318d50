package org.portreeve.admin.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What is wrong with one value of a request, and what is allowed. Immutable. */
record Fault(String field, String message) {
    /** The member of a problem that lists faults. */
    static JsonObject members(List<Fault> faults) {
        var list = new JsonArray();
        faults.forEach(fault ->
                list.add(new JsonObject().put("field", fault.field).put("message", fault.message)));
        return new JsonObject().put("faults", list);
    }
}
