package org.portreeve.upnp;

import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.desk.DeskNode;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Rules;
import org.portreeve.upnp.counter.UpnpCounter;
import org.portreeve.upnp.device.PresentAs;

/**
 * A gateway on loopback in front of a real port control, and hosts that speak to it in octets.
 * Hosts are addresses of 127.0.0.0/9.
 */
final class GatewayRig {
    static final String GATEWAY = "127.0.0.1";
    static final String HOST_A = "127.0.0.10";
    static final String HOST_B = "127.0.0.11";
    static final String EXTERNAL = "11.0.0.1";
    static final int MAPPINGS = 4;

    /** HOST_A, and a neighbour in the same home. */
    static final String HOME_PREFIX = "127.0.1.0/24";

    static final String HOME_1 = "127.0.1.1";
    static final String HOME_2 = "127.0.1.2";

    private static final int TIMEOUT_MILLIS = 15_000;
    private static final Pattern FAULT = Pattern.compile("<errorCode>(\\d+)</errorCode>");

    private final AtomicLong skippedNs = new AtomicLong();
    private final Counters<UpnpCounter> counters = new Counters<>(UpnpCounter.class);
    private final DeskNode node;
    private final Desk desk;
    private final UpnpConfig config;
    private final int ssdpPort;
    private UpnpServer server;
    private final Map<Integer, String> paths = new HashMap<>();
    private final Map<Integer, String> descriptions = new HashMap<>();
    private volatile Runnable beforeEachQuestion = () -> {};

    GatewayRig(Path directory, PresentAs presentAs) throws Exception {
        this(directory, presentAs, MAPPINGS);
    }

    /** The same with so many mappings for each subscriber. */
    GatewayRig(Path directory, PresentAs presentAs, int mappings) throws Exception {
        node = DeskNode.start(config(mappings), directory);
        desk =
                new Desk(
                        node.control(),
                        question ->
                                node.loop()
                                        .execute(() -> {
                                            beforeEachQuestion.run();
                                            question.run();
                                        }),
                        this::nowNs,
                        this::wallMillis);
        try (var free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            ssdpPort = free.getLocalPort();
        }
        config = new UpnpConfig(List.of("lo"), presentAs, "test", 0, ssdpPort);
        server = await(start(config));
    }

    /** Another gateway takes the place of this one, which knows nothing of what that knew. */
    void restart() throws Exception {
        await(server.stop());
        server = await(start(config));
    }

    /** Starts another gateway before the same port control. */
    Future<UpnpServer> start(UpnpConfig config) {
        return UpnpServer.start(
                node.vertx(),
                config,
                desk,
                counters,
                new TimeAndChance(
                        this::nowNs, System::currentTimeMillis, new Random(1), UUID::randomUUID));
    }

    /** What port control does, on its loop, before each question of the gateway. */
    void beforeEachQuestion(Runnable step) {
        beforeEachQuestion = step;
    }

    long nowNs() {
        return System.nanoTime() + skippedNs.get();
    }

    long wallMillis() {
        return System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(skippedNs.get());
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static ControlConfig config(int mappings) {
        var nat =
                new NatConfig(
                        1,
                        List.of(new Prefix(Ipv4.of("127.0.0.0"), 9)),
                        Pool.of(
                                List.of(Ipv4.of(EXTERNAL)),
                                new PortRange(1024, 65_535),
                                new PortRange(1024, 16_383),
                                new Pool.Block(512, 8, 180_000_000_000L)),
                        NatConfig.Timers.defaults(),
                        new NatConfig.Capacity(1024, 2048, 64),
                        Rules.of(
                                new Rules.Quota(mappings, 2048, 1024, 200, 2000),
                                new PortRange(1024, 65_535),
                                new Rules.Eif(1024, 50, 200, 30_000_000_000L, false)));
        Policy policy =
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000))
                        .policy();
        var home = new SubscriberPlan("home", List.of(Prefix.of(HOME_PREFIX)), "default");
        var rest = new SubscriberPlan("host-a", List.of(Prefix.of(HOST_A + "/32")), "default");
        var other = new SubscriberPlan("host-b", List.of(Prefix.of(HOST_B + "/32")), "default");
        return new ControlConfig(
                nat, new Policy(policy.profiles(), List.of(home, rest, other), policy.lifetime()));
    }

    /** A reload gives the first host an external address for itself. */
    void dedicate(String externalIp) throws Exception {
        Policy usual = config(1).policy();
        var own =
                new SubscriberPlan(
                        "host-a", List.of(Prefix.of(HOST_A)), "default", Ipv4.of(externalIp));
        var changed = new Policy(usual.profiles(), List.of(own), usual.lifetime());
        var _ = desk.apply(changed).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    DeskNode node() {
        return node;
    }

    int httpPort() {
        return server.httpPort();
    }

    int ssdpPort() {
        return ssdpPort;
    }

    long count(UpnpCounter counter) {
        return counters.value(counter);
    }

    void skipSeconds(long seconds) {
        skippedNs.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        node.skipSeconds(seconds);
    }

    /** Stops it. */
    void stop() throws Exception {
        await(server.stop());
        node.close();
    }

    /** An HTTP answer. */
    record Answer(int status, String head, String body) {
        String header(String name) {
            return Pattern.compile("(?im)^" + name + ": *(.*?)\r?$")
                    .matcher(head)
                    .results()
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElse("");
        }

        /** The UPnP error code, 0 for none. */
        int fault() {
            Matcher found = FAULT.matcher(body);
            return found.find() ? Integer.parseInt(found.group(1)) : 0;
        }

        /** The text of an element without a prefix. */
        String value(String element) {
            Matcher found = Pattern.compile("<" + element + "(?:/>|>([^<]*)<)").matcher(body);
            if (!found.find()) {
                throw new AssertionError("no " + element + " in " + status + " " + body);
            }
            return found.group(1) == null ? "" : found.group(1);
        }
    }

    /** Sends octets from a host and reads until the gateway closes. */
    Answer http(String from, String octets) throws IOException {
        try (Socket socket = connect(from)) {
            send(socket, octets);
            return read(socket);
        }
    }

    Socket connect(String from) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), httpPort()),
                TIMEOUT_MILLIS);
        return socket;
    }

    static void send(Socket socket, String octets) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(octets.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** What comes until the connection closes. */
    static Answer read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        String text;
        try {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the gateway did not close", e);
        }
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return new Answer(0, text, "");
        }
        int status = Integer.parseInt(text.substring(9, 12));
        return new Answer(status, text.substring(0, end), text.substring(end + 4));
    }

    Answer get(String from, String path, String... headers) throws IOException {
        return http(from, "GET " + path + " HTTP/1.1\r\n" + head(headers) + "\r\n");
    }

    private String head(String... headers) {
        return "Host: "
                + GATEWAY
                + ":"
                + httpPort()
                + "\r\nConnection: close\r\n"
                + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n");
    }

    /** Where the description of a version is, by searching for it. */
    String descriptionPath(int version) throws IOException {
        if (!paths.containsKey(version)) {
            paths.put(version, findDescription(version));
        }
        return paths.get(version);
    }

    private String findDescription(int version) throws IOException {
        List<String> answers =
                search(HOST_A, "urn:schemas-upnp-org:device:InternetGatewayDevice:" + version, 1);
        Matcher location =
                Pattern.compile("LOCATION: http://[^/]*(/\\S*)").matcher(answers.getFirst());
        if (!location.find()) {
            throw new AssertionError("no location in " + answers);
        }
        return location.group(1);
    }

    /** The URL in the description that follows a service type. */
    String url(int version, String service, String element) throws IOException {
        if (!descriptions.containsKey(version)) {
            descriptions.put(version, get(HOST_A, descriptionPath(version)).body());
        }
        String description = descriptions.get(version);
        int at = description.indexOf(":service:" + service);
        int begin = description.indexOf("<" + element + ">", at) + element.length() + 2;
        return description.substring(begin, description.indexOf('<', begin));
    }

    /** Calls an action of WANIPConnection in the version's namespace, at the version's URL. */
    Answer call(String from, int version, String action, Map<String, String> arguments)
            throws IOException {
        return post(
                from,
                url(version, "WANIPConnection", "controlURL"),
                "urn:schemas-upnp-org:service:WANIPConnection:" + version,
                action,
                arguments);
    }

    Answer post(String from, String path, String type, String action, Map<String, String> arguments)
            throws IOException {
        return postBody(from, path, type + "#" + action, envelope(type, action, arguments));
    }

    Answer postBody(String from, String path, String soapAction, String body) throws IOException {
        return http(
                from,
                "POST "
                        + path
                        + " HTTP/1.1\r\n"
                        + head(
                                "Content-Type: text/xml; charset=\"utf-8\"",
                                "SOAPAction: \"" + soapAction + "\"",
                                "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length)
                        + "\r\n"
                        + body);
    }

    static String envelope(String type, String action, Map<String, String> arguments) {
        var inner = new StringBuilder();
        arguments.forEach((name, value) ->
                inner.append('<')
                        .append(name)
                        .append('>')
                        .append(value)
                        .append("</")
                        .append(name)
                        .append('>'));
        return "<?xml version=\"1.0\"?><s:Envelope"
                + " xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""
                + " s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body><u:"
                + action
                + " xmlns:u=\""
                + type
                + "\">"
                + inner
                + "</u:"
                + action
                + "></s:Body></s:Envelope>";
    }

    /** The arguments of AddPortMapping for a host's own TCP port. */
    static Map<String, String> mapping(String client, int externalPort, int internalPort) {
        var arguments = new LinkedHashMap<String, String>();
        arguments.put("NewRemoteHost", "");
        arguments.put("NewExternalPort", Integer.toString(externalPort));
        arguments.put("NewProtocol", "TCP");
        arguments.put("NewInternalPort", Integer.toString(internalPort));
        arguments.put("NewInternalClient", client);
        arguments.put("NewEnabled", "1");
        arguments.put("NewPortMappingDescription", "test");
        arguments.put("NewLeaseDuration", "3600");
        return arguments;
    }

    /** The same with one argument changed. */
    static Map<String, String> with(Map<String, String> arguments, String name, String value) {
        var changed = new LinkedHashMap<>(arguments);
        changed.put(name, value);
        return changed;
    }

    /** The arguments that name an entry. */
    static Map<String, String> entry(int externalPort) {
        var arguments = new LinkedHashMap<String, String>();
        arguments.put("NewRemoteHost", "");
        arguments.put("NewExternalPort", Integer.toString(externalPort));
        arguments.put("NewProtocol", "TCP");
        return arguments;
    }

    static String searchText(String target) {
        return "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
                + "MX: 2\r\nST: "
                + target
                + "\r\n\r\n";
    }

    /** Searches by unicast; waits for this many answers, or for half a second without one. */
    List<String> search(String from, String target, int expected) throws IOException {
        return searchRaw(from, searchText(target), expected);
    }

    List<String> searchRaw(String from, String text, int expected) throws IOException {
        var answers = new ArrayList<String>();
        try (var socket = new DatagramSocket(0, InetAddress.getByName(from))) {
            socket.setSoTimeout(expected > 0 ? TIMEOUT_MILLIS : 500);
            byte[] octets = text.getBytes(StandardCharsets.UTF_8);
            socket.send(
                    new DatagramPacket(
                            octets, octets.length, InetAddress.getLoopbackAddress(), ssdpPort));
            var packet = new DatagramPacket(new byte[2048], 2048);
            while (true) {
                socket.receive(packet);
                if (packet.getPort() != ssdpPort) {
                    throw new AssertionError("answered from port " + packet.getPort());
                }
                answers.add(
                        new String(
                                packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
                if (answers.size() >= expected) {
                    socket.setSoTimeout(300);
                }
            }
        } catch (SocketTimeoutException e) {
            return answers;
        }
    }
}
