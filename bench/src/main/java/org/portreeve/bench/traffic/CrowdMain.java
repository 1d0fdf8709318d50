package org.portreeve.bench.traffic;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/**
 * A crowd of subscribers that asks for mappings as it is told. Says {@code ready}, reads an order a
 * line, and answers each with {@code done} and figures by name. Arguments: the first subscriber's
 * address, the port they send from, and the server's address. Main thread.
 */
public final class CrowdMain {
    private CrowdMain() {}

    /** Runs until its input ends. */
    public static void main(String[] arguments) throws IOException {
        var crowd =
                new Crowd(
                        Octets.ipv4(arguments[0]),
                        Integer.parseInt(arguments[1]),
                        Octets.ipv4(arguments[2]));
        var orders =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        System.out.println("ready");
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            System.out.println(
                    crowd.obey(Order.of(line)).entrySet().stream()
                            .map(figure -> figure.getKey() + "=" + figure.getValue())
                            .collect(Collectors.joining(" ", "done ", "")));
        }
    }
}
