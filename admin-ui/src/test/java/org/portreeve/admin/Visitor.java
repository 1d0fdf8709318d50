package org.portreeve.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A browser or a program that trusts the node's certificate and nothing else. */
public final class Visitor {
    static {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient client;
    private final String root;

    /** From this address of the machine itself: each visitor has a host of its own. */
    Visitor(int port, Path certificate, InetAddress from) {
        root = "https://localhost:" + port;
        client =
                HttpClient.newBuilder()
                        .localAddress(from)
                        .sslContext(trusting(certificate))
                        .cookieHandler(cookies)
                        .connectTimeout(TIMEOUT)
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
    }

    private static SSLContext trusting(Path certificate) {
        try (var pem = Files.newInputStream(certificate)) {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            anchors.setCertificateEntry(
                    "node", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(anchors);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    String root() {
        return root;
    }

    /** The session cookie's value; empty without one. */
    String sessionId() {
        return cookies.getCookieStore().getCookies().stream()
                .filter(cookie -> cookie.getName().equals("__Host-portreeve"))
                .map(HttpCookie::getValue)
                .findFirst()
                .orElse("");
    }

    /** Plants a session cookie, as an attacker may. */
    void plantSession(String id) {
        var cookie = new HttpCookie("__Host-portreeve", id);
        cookie.setPath("/");
        // What java.net makes of a host without a dot.
        cookie.setDomain("localhost.local");
        cookie.setSecure(true);
        cookie.setVersion(0);
        cookies.getCookieStore().add(URI.create(root), cookie);
    }

    /** Any request; an empty body is none. */
    public HttpResponse<String> send(
            String method, String path, String body, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(root + path))
                        .timeout(TIMEOUT)
                        .method(
                                method,
                                body.isEmpty()
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return exchange(request.build());
    }

    private HttpResponse<String> exchange(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(request + " has no answer", e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /** An answer whose body is read bit by bit. */
    public HttpResponse<InputStream> open(String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path));
        headers.forEach(request::header);
        try {
            return client.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(path + " has no answer", e);
        }
    }

    /** The status and headers of an answer that has no end; the body is left alone. */
    HttpResponse<String> head(String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path));
        headers.forEach(request::header);
        var bodies = new ArrayList<InputStream>();
        try {
            HttpResponse<String> answer =
                    client.send(
                            request.build(),
                            _ ->
                                    BodySubscribers.mapping(
                                            BodySubscribers.ofInputStream(),
                                            body -> {
                                                bodies.add(body);
                                                return "";
                                            }));
            bodies.getFirst().close();
            return answer;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(path + " has no answer", e);
        }
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, "", Map.of("Accept", "text/html"));
    }

    HttpResponse<String> post(String path, Map<String, String> fields) {
        String form =
                fields.entrySet().stream()
                        .map(field -> field.getKey() + "=" + encoded(field.getValue()))
                        .collect(Collectors.joining("&"));
        return send(
                "POST",
                path,
                form,
                Map.of(
                        "Content-Type",
                        "application/x-www-form-urlencoded",
                        "Accept",
                        "text/html",
                        "Origin",
                        root,
                        "Sec-Fetch-Site",
                        "same-origin"));
    }

    HttpResponse<String> logIn(String name, String password) {
        return post("/login", Map.of("name", name, "password", password));
    }

    /** The token of this session, as its forms carry it. */
    String csrfToken() {
        String page = get("/account").body();
        var token = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        if (!token.find()) {
            throw new AssertionError("no form with a token in " + page);
        }
        return token.group(1);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The header of Basic authentication. */
    public static Map<String, String> basic(String name, String password) {
        String pair = name + ":" + password;
        return Map.of(
                "Authorization",
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }

    /** The object of an answer that has this status. */
    public static JsonObject json(int status, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode(), answer::body);
        return new JsonObject(answer.body());
    }
}
