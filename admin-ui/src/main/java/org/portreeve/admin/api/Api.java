package org.portreeve.admin.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Route;

/** The REST API: all operations, and the document made of them. Any thread. */
public final class Api {
    private Api() {}

    /** Its routes. */
    public static List<Route> routes(Office office) {
        List<Operation> operations = operations(office);
        JsonObject document = OpenApi.document(operations);
        var routes = new ArrayList<Route>();
        operations.forEach(operation -> routes.add(operation.route()));
        routes.add(
                new Route(
                        HttpMethod.GET,
                        Operation.ROOT + "/openapi.json",
                        Access.VIEW,
                        visit -> visit.json(200, document)));
        return List.copyOf(routes);
    }

    static List<Operation> operations(Office office) {
        var operations = new ArrayList<Operation>();
        operations.addAll(new NodeCalls(office).operations());
        operations.addAll(new MappingCalls(office).operations());
        operations.addAll(new ReservationCalls(office).operations());
        operations.addAll(new SubscriberCalls(office).operations());
        operations.addAll(new DrainCalls(office).operations());
        operations.addAll(new SubscriberDrainCalls(office).operations());
        operations.addAll(new StaffCalls(office).operations());
        operations.addAll(new TraceCalls(office).operations());
        return List.copyOf(operations);
    }
}
