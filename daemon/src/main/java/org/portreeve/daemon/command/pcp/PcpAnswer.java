package org.portreeve.daemon.command.pcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.portreeve.daemon.exit.ExitCode;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.PcpOutcome;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpOption.PortSet;
import org.portreeve.pcp.wire.PcpResponse.AnnounceResponse;
import org.portreeve.pcp.wire.PcpResponse.ErrorResponse;
import org.portreeve.pcp.wire.PcpResponse.MapResponse;
import org.portreeve.pcp.wire.PcpResponse.PeerResponse;
import org.portreeve.pcp.wire.ResultCode;

/**
 * What a PCP command says: a sentence for people, the same as fields for programs, and the exit
 * code. Immutable.
 *
 * @param sentence for people
 * @param fields for programs, in order; values are text or whole numbers
 * @param exitCode of the process
 */
record PcpAnswer(String sentence, Map<String, Object> fields, int exitCode) {
    private static final String RESULT = "result";
    private static final String SERVER = "server";

    /** What an outcome means to whoever typed the command. */
    static PcpAnswer of(PcpOutcome outcome, PcpClient client, InetSocketAddress server) {
        return switch (outcome) {
            case PcpOutcome.NoAnswer _ -> noAnswer(List.of(server));
            case PcpOutcome.VersionRefused(int version) -> versionRefused(version, server);
            case PcpOutcome.Answered(var response, var _) ->
                    switch (response) {
                        case MapResponse map -> mapped(map, client, server);
                        case AnnounceResponse announce -> announced(announce, server);
                        case ErrorResponse error -> refused(error, server);
                        case PeerResponse peer -> peered(peer, client, server);
                    };
        };
    }

    /** Nobody answered, of all that were asked. */
    static PcpAnswer noAnswer(List<InetSocketAddress> servers) {
        String asked = servers.stream().map(PcpAnswer::text).collect(Collectors.joining(", "));
        Map<String, Object> fields = fields("NO_ANSWER");
        fields.put(SERVER, asked);
        return new PcpAnswer(
                "No PCP server answered at " + asked + ".", fields, ExitCode.NO_ANSWER);
    }

    /** The request could not even be sent. */
    static PcpAnswer unreachable(IOException cause) {
        Map<String, Object> fields = fields("NO_ANSWER");
        fields.put("meaning", String.valueOf(cause.getMessage()));
        return new PcpAnswer(
                "The PCP server could not be asked: " + cause.getMessage() + ".",
                fields,
                ExitCode.NO_ANSWER);
    }

    private static PcpAnswer mapped(MapResponse map, PcpClient client, InetSocketAddress server) {
        String protocol = Protocol.name(map.protocol());
        PcpAddress host = map.thirdParty().orElseGet(client::clientAddress);
        PortSet ports = ports(map);
        int internalPort = ports.firstInternalPort();
        int externalPort = map.assignedExternalPort();
        String internal = host + ":" + range(internalPort, ports.size());
        String external = map.assignedExternalAddress() + ":" + range(externalPort, ports.size());
        Map<String, Object> fields = fields(ResultCode.SUCCESS.name());
        fields.put(SERVER, text(server));
        fields.put("protocol", protocol.toLowerCase(Locale.ROOT));
        fields.put("internalAddress", host.toString());
        fields.put("internalPort", (long) internalPort);
        fields.put("externalAddress", map.assignedExternalAddress().toString());
        fields.put("externalPort", (long) externalPort);
        if (ports.size() > 1) {
            fields.put("portCount", (long) ports.size());
        }
        fields.put("lifetimeSeconds", map.lifetimeSeconds());
        fields.put("epochSeconds", map.epochSeconds());
        fields.put("nonce", HexFormat.of().formatHex(map.nonce().octets()));
        String sentence =
                "%s %s is reachable at %s for %d s."
                        .formatted(protocol, internal, external, map.lifetimeSeconds());
        return new PcpAnswer(sentence, fields, ExitCode.SUCCESS);
    }

    /** The ports of a mapping: those of its set, or the one. */
    private static PortSet ports(MapResponse map) {
        for (PcpOption option : map.options()) {
            if (option instanceof PortSet set && set.size() > 1) {
                return set;
            }
        }
        return new PortSet(1, map.internalPort(), false);
    }

    private static String range(int first, int count) {
        return count == 1 ? String.valueOf(first) : first + "-" + (first + count - 1);
    }

    private static PcpAnswer peered(PeerResponse peer, PcpClient client, InetSocketAddress server) {
        String protocol = Protocol.name(peer.protocol());
        PcpAddress host = peer.thirdParty().orElseGet(client::clientAddress);
        String internal = host + ":" + peer.internalPort();
        String external = peer.assignedExternalAddress() + ":" + peer.assignedExternalPort();
        String remote = peer.remoteAddress() + ":" + peer.remotePort();
        Map<String, Object> fields = fields(ResultCode.SUCCESS.name());
        fields.put(SERVER, text(server));
        fields.put("protocol", protocol.toLowerCase(Locale.ROOT));
        fields.put("internalAddress", host.toString());
        fields.put("internalPort", (long) peer.internalPort());
        fields.put("externalAddress", peer.assignedExternalAddress().toString());
        fields.put("externalPort", (long) peer.assignedExternalPort());
        fields.put("remoteAddress", peer.remoteAddress().toString());
        fields.put("remotePort", (long) peer.remotePort());
        fields.put("lifetimeSeconds", peer.lifetimeSeconds());
        fields.put("epochSeconds", peer.epochSeconds());
        fields.put("nonce", HexFormat.of().formatHex(peer.nonce().octets()));
        String sentence =
                peer.lifetimeSeconds() == 0
                        ? "%s %s has no mapping to %s.".formatted(protocol, internal, remote)
                        : "%s %s reaches %s as %s for %d s at least."
                                .formatted(
                                        protocol,
                                        internal,
                                        remote,
                                        external,
                                        peer.lifetimeSeconds());
        return new PcpAnswer(sentence, fields, ExitCode.SUCCESS);
    }

    /** The same answer, told as the answer to a deletion. */
    PcpAnswer asDeletion() {
        if (exitCode != ExitCode.SUCCESS) {
            return this;
        }
        String mapping =
                String.valueOf(fields.get("protocol")).toUpperCase(Locale.ROOT)
                        + " "
                        + fields.get("internalAddress")
                        + ":"
                        + range(
                                ((Long) fields.get("internalPort")).intValue(),
                                ((Long) fields.getOrDefault("portCount", 1L)).intValue());
        // RFC 6887 §15: a mapping that traffic uses lives on for its idle time.
        String sentence =
                fields.get("lifetimeSeconds").equals(0L)
                        ? mapping + " is not mapped any more."
                        : mapping
                                + " is in use; its mapping ends in "
                                + fields.get("lifetimeSeconds")
                                + " s at the latest without traffic.";
        return new PcpAnswer(sentence, fields, exitCode);
    }

    private static PcpAnswer announced(AnnounceResponse announce, InetSocketAddress server) {
        Map<String, Object> fields = fields(ResultCode.SUCCESS.name());
        fields.put(SERVER, text(server));
        fields.put("epochSeconds", announce.epochSeconds());
        String sentence =
                "A PCP server answers at %s; its epoch began %d s ago."
                        .formatted(text(server), announce.epochSeconds());
        return new PcpAnswer(sentence, fields, ExitCode.SUCCESS);
    }

    private static PcpAnswer refused(ErrorResponse error, InetSocketAddress server) {
        String name = error.resultCode().map(Enum::name).orElse("code " + error.resultNumber());
        String meaning =
                error.resultCode().map(ResultCode::meaning).orElse("An error of an extension.");
        Map<String, Object> fields = fields(name);
        fields.put(SERVER, text(server));
        fields.put("code", (long) error.resultNumber());
        fields.put("meaning", meaning);
        fields.put("lifetimeSeconds", error.lifetimeSeconds());
        fields.put("epochSeconds", error.epochSeconds());
        String sentence =
                "The PCP server %s refused: %s. %s It will say so for %d s."
                        .formatted(text(server), name, meaning, error.lifetimeSeconds());
        return new PcpAnswer(sentence, fields, ExitCode.PCP_ERROR);
    }

    private static PcpAnswer versionRefused(int version, InetSocketAddress server) {
        Map<String, Object> fields = fields(ResultCode.UNSUPP_VERSION.name());
        fields.put(SERVER, text(server));
        fields.put("code", (long) ResultCode.UNSUPP_VERSION.number());
        fields.put("serverVersion", (long) version);
        String speaks = version == 0 ? "NAT-PMP" : "version " + version;
        return new PcpAnswer(
                "The server %s refused: UNSUPP_VERSION. It speaks %s, not PCP."
                        .formatted(text(server), speaks),
                fields,
                ExitCode.PCP_ERROR);
    }

    /** Prints it one way or the other, and returns the exit code. */
    int print(PrintWriter out, boolean isJson) {
        out.println(isJson ? json() : sentence);
        out.flush();
        return exitCode;
    }

    private String json() {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                switch (field.getValue()) {
                    case Long number -> json.writeNumberField(field.getKey(), number);
                    case Object value -> json.writeStringField(field.getKey(), value.toString());
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new AssertionError("memory does not fail to be written", e);
        }
        return text.toString();
    }

    private static Map<String, Object> fields(String result) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put(RESULT, result);
        return fields;
    }

    private static String text(InetSocketAddress server) {
        return server.getAddress().getHostAddress() + ":" + server.getPort();
    }
}
