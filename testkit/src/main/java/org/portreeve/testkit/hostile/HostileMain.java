package org.portreeve.testkit.hostile;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * {@code SERVER OWN-ADDRESS SEED PORTAL-ADDRESS}: the hostile subscriber, worked by lines of text.
 *
 * <pre>
 *  victim ADDRESS PROTOCOL INTERNAL-PORT EXTERNAL-PORT   a mapping of somebody else, by PCP
 *  captured HEX                                          a request of somebody else
 *  attack SECONDS      does what it can; prints "sent KIND COUNT" lines, an
 *                      "unfair ADDRESS SENTENCE" for each answer that should not
 *                      have come, "most answers to a set COUNT", then
 *                      "octets SENT RECEIVED"
 * </pre>
 *
 * The seed fixes what is sent, and in which order. Ends with its input.
 */
public final class HostileMain {
    private HostileMain() {}

    /** Takes orders until the input ends. */
    public static void main(String[] arguments) throws IOException {
        SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[2]));
        Arsenal arsenal = new Arsenal(arguments[1], random);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "victim" -> arsenal.add(Victim.parse(words));
                case "captured" -> arsenal.capture(HexFormat.of().parseHex(words[1]));
                case "attack" -> attack(arguments, arsenal, random, Integer.parseInt(words[1]));
                default -> throw new IllegalArgumentException("unknown order " + words[0]);
            }
        }
    }

    private static void attack(
            String[] arguments, Arsenal arsenal, SplittableRandom random, int seconds)
            throws IOException {
        try (Assault assault = open(arguments, arsenal, random)) {
            assault.run(seconds);
        }
    }

    private static Assault open(String[] arguments, Arsenal arsenal, SplittableRandom random)
            throws IOException {
        return new Assault(arguments[0], arguments[1], arguments[3], arsenal, random);
    }
}
