package org.portreeve.testkit.lab;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** {@code URL}: fetches it and prints the body, for hosts without curl. */
public final class FetchMain {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private FetchMain() {}

    /** Exits 0 when the answer is 200. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(arguments[0])).timeout(PATIENCE).build();
            var response = client.send(request, BodyHandlers.ofString());
            System.out.print(response.body());
            System.exit(response.statusCode() == 200 ? 0 : 1);
        }
    }
}
