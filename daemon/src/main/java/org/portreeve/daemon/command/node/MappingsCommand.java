package org.portreeve.daemon.command.node;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists explicit and static mappings. Main thread. */
@Command(
        name = "mappings",
        mixinStandardHelpOptions = true,
        description = "Lists the explicit and static mappings of a running node.")
public final class MappingsCommand implements Callable<Integer> {
    @Mixin private NodeTarget target;

    @Parameters(
            arity = "0..1",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Part of a subscriber, an address, a port or a description.")
    private String text;

    @Option(
            names = "--subscriber",
            paramLabel = "ID",
            defaultValue = "",
            description = "Only those of this subscriber.")
    private String subscriber;

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            defaultValue = "",
            description = "Only static, pcp, nat-pmp or upnp ones.")
    private String origin;

    @Option(
            names = "--offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "Leave out so many first.")
    private int offset;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "List at most so many, up to 1000. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    public Integer call() throws CommandFailedException {
        target.show(target.ask("/mappings?" + query()), this::print);
        return ExitCode.SUCCESS;
    }

    private String query() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("text", text);
        fields.put("subscriber", subscriber);
        fields.put("origin", origin.toLowerCase(Locale.ROOT));
        fields.put("offset", Integer.toString(offset));
        fields.put("limit", Integer.toString(limit));
        return fields.entrySet().stream()
                .filter(field -> !field.getValue().isEmpty())
                .map(field ->
                        field.getKey()
                                + "="
                                + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private void print(JsonObject listing) {
        var table =
                new TextTable(
                        "PROTOCOL",
                        "INTERNAL",
                        "EXTERNAL",
                        "SUBSCRIBER",
                        "ORIGIN",
                        "ENDS IN",
                        "ONLY FOR",
                        "DESCRIPTION");
        int count = 0;
        for (Object each : listing.getJsonArray("items")) {
            var mapping = (JsonObject) each;
            table.add(
                    mapping.getString("protocol"),
                    endpoint(mapping, "internal"),
                    endpoint(mapping, "external"),
                    mapping.getString("subscriber"),
                    mapping.getString("origin"),
                    mapping.containsKey("remainingSeconds")
                            ? Spans.words(mapping.getLong("remainingSeconds"))
                            : "never",
                    String.join(", ", peers(mapping)),
                    mapping.getString("description"));
            count++;
        }
        table.print(target.out());
        target.out().printf("%,d of %,d mappings%n", count, listing.getInteger("total"));
    }

    private static String endpoint(JsonObject mapping, String side) {
        int first = mapping.getInteger(side + "Port");
        int count = mapping.getInteger("portCount", 1);
        String last = count == 1 ? "" : "-" + (first + count - 1);
        return mapping.getString(side + "Address") + ":" + first + last;
    }

    /** Whom alone its owner lets in. */
    private static List<String> peers(JsonObject mapping) {
        return mapping.getJsonArray("filters", new JsonArray()).stream()
                .map(Object::toString)
                .toList();
    }
}
