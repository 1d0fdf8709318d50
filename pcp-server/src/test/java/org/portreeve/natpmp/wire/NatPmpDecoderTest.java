package org.portreeve.natpmp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.natpmp.wire.NatPmpDecoded.Accepted;
import org.portreeve.natpmp.wire.NatPmpDecoded.Ignored;
import org.portreeve.natpmp.wire.NatPmpDecoded.Reason;
import org.portreeve.natpmp.wire.NatPmpDecoded.Unsupported;
import org.portreeve.natpmp.wire.NatPmpRequest.ExternalAddressRequest;
import org.portreeve.natpmp.wire.NatPmpRequest.MapRequest;

class NatPmpDecoderTest {
    private static NatPmpDecoded decode(String hex) {
        return NatPmpDecoder.decode(octets(hex));
    }

    private static byte[] octets(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String hex(NatPmpResponse response) {
        return HexFormat.of().formatHex(response.octets());
    }

    @Test
    void requestsAreRead() {
        assertEquals(new Accepted(new ExternalAddressRequest()), decode("0000"));
        assertEquals(
                new Accepted(new MapRequest(17, 0x1234, 0xfffe, 0xffff_fffeL)),
                decode("0001 ffff 1234 fffe fffffffe"));
        assertEquals(
                new Accepted(new MapRequest(6, 80, 8080, 7200)),
                decode("0002 0000 0050 1f90 00001c20 aabbccdd"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', TRUNCATED",
        "00, TRUNCATED",
        "0001 0000 1234 fffe ffffff, TRUNCATED",
        "0002, TRUNCATED",
        "0080, NOT_A_REQUEST",
        "00ff 0000 1234 fffe fffffffe, NOT_A_REQUEST"
    })
    void whatIsNoRequestIsIgnored(String hex, Reason reason) {
        assertEquals(new Ignored(reason), decode(hex));
    }

    @Test
    void requestsOfAnotherVersionAreNotLookedAt() {
        assertEquals(new NatPmpDecoded.OtherVersion(), decode("0200 0000"));
        assertEquals(new NatPmpDecoded.OtherVersion(), decode("017f"));
    }

    @Test
    void responsesHaveTheirGoldenOctets() {
        assertEquals("0000000101020304", hex(new NatPmpResponse.UnsupportedVersion(0x0102_0304L)));
        assertEquals(
                "00800000000102030405060708".substring(0, 24),
                hex(
                        new NatPmpResponse.ExternalAddress(
                                NatPmpResult.SUCCESS, 0x0001_0203L, 0x0405_0607)));
        assertEquals(
                "0081000480000000" + "1388" + "0000" + "00000000",
                hex(
                        new NatPmpResponse.Mapped(
                                17, NatPmpResult.OUT_OF_RESOURCES, 0x8000_0000L, 5000, 0, 0)));
        assertEquals(
                "0082000000000001" + "0050" + "ffff" + "fffffffe",
                hex(
                        new NatPmpResponse.Mapped(
                                6, NatPmpResult.SUCCESS, 1, 80, 0xffff, 0xffff_fffeL)));
        assertEquals(
                "008000030000000700000000",
                hex(new NatPmpResponse.ExternalAddress(NatPmpResult.NETWORK_FAILURE, 7, 0)));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void anyOctetsAreDecodedToWhatTheySay(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 50_000; i++) {
            byte[] datagram = new byte[random.nextInt(20)];
            random.nextBytes(datagram);
            if (datagram.length > 1 && random.nextInt(4) > 0) {
                datagram[0] = 0;
                datagram[1] = (byte) random.nextInt(4);
            }
            check(datagram);
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void mutatedRequestsAreDecodedToWhatTheySay(long seed) {
        var random = new SplittableRandom(seed);
        byte[] good = octets("0001 0000 1234 fffe 00001c20 00000000");
        for (int i = 0; i < 50_000; i++) {
            byte[] datagram = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int changes = random.nextInt(4); changes > 0 && datagram.length > 0; changes--) {
                datagram[random.nextInt(datagram.length)] ^= (byte) (1 << random.nextInt(8));
            }
            check(datagram);
        }
    }

    /** The same said in another way: by cases of length and opcode. */
    private static void check(byte[] datagram) {
        byte[] before = datagram.clone();
        NatPmpDecoded decoded = NatPmpDecoder.decode(datagram);
        int opcode = datagram.length < 2 ? -1 : datagram[1];
        switch (decoded) {
            case Accepted(ExternalAddressRequest _) -> assertEquals(0, opcode);
            case Accepted(MapRequest map) -> {
                assertEquals(opcode, map.protocol() == 17 ? 1 : 2);
                assertTrue(datagram.length >= 12);
                assertEquals(
                        String.format(
                                "%04x%04x%08x",
                                map.internalPort(),
                                map.suggestedExternalPort(),
                                map.lifetimeSeconds()),
                        HexFormat.of().formatHex(datagram, 4, 12));
            }
            case Unsupported(NatPmpResponse.UnsupportedOpcode answer) -> {
                assertTrue(opcode > 2);
                byte[] octets = answer.octets();
                assertEquals(Math.max(4, datagram.length), octets.length);
                assertEquals(opcode | 0xffff_ff80, octets[1]);
                assertEquals("0005", HexFormat.of().formatHex(octets, 2, 4));
                assertEquals(
                        HexFormat.of()
                                .formatHex(datagram)
                                .substring(Math.min(8, hexLength(datagram))),
                        HexFormat.of().formatHex(octets).substring(8));
            }
            case NatPmpDecoded.OtherVersion _ -> assertTrue(datagram[0] != 0 && opcode >= 0);
            case Ignored(Reason reason) -> {
                boolean shouldBe =
                        switch (reason) {
                            case TRUNCATED ->
                                    opcode == -1
                                            || ((opcode == 1 || opcode == 2)
                                                    && datagram.length < 12);
                            case NOT_A_REQUEST -> opcode < 0;
                        };
                assertTrue(shouldBe, () -> reason + " " + HexFormat.of().formatHex(datagram));
            }
        }
        assertEquals(0, Arrays.compare(before, datagram), "the datagram was changed");
    }

    private static int hexLength(byte[] datagram) {
        return 2 * datagram.length;
    }

    @Test
    void addressesAreInNaturalOrder() {
        byte[] octets =
                new NatPmpResponse.ExternalAddress(NatPmpResult.SUCCESS, 0, Ipv4.of("198.51.100.7"))
                        .octets();

        assertEquals("c6336407", HexFormat.of().formatHex(octets, 8, 12));
    }
}
