package org.portreeve.admin.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.admin.page.model.ReservationFields;
import org.portreeve.admin.page.model.ReservationFields.Reading;
import org.portreeve.control.reservation.FieldFault;
import org.portreeve.control.reservation.ReservationDraft;

class ReservationFieldsTest {
    @Test
    void whatAReservationSaysIsReadBack() {
        var reservation = Samples.reservation("Doorbell");
        var meant = assertInstanceOf(Reading.Meant.class, ReservationFields.of(reservation).read());
        assertEquals(
                new ReservationDraft(
                        reservation.internal(),
                        OptionalInt.of(reservation.externalIp()),
                        reservation.externalPort(),
                        "Doorbell"),
                meant.draft());
    }

    @Test
    void noExternalAddressMeansThePairedOne() {
        var fields = new ReservationFields("udp", " 100.64.0.1 ", "1", "", "65535", "");
        var meant = assertInstanceOf(Reading.Meant.class, fields.read());
        assertEquals(OptionalInt.empty(), meant.draft().externalIp());
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        var fields = new ReservationFields("sctp", "100.64.0", "0", "x", "65536", "two\nlines");
        var unreadable = assertInstanceOf(Reading.Unreadable.class, fields.read());
        assertEquals(
                List.of(
                        "protocol",
                        "internal-address",
                        "internal-port",
                        "external-address",
                        "external-port",
                        "description"),
                unreadable.faults().stream().map(FieldFault::field).toList());
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void anyTextIsReadOrRefused(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 1000; i++) {
            var fields =
                    new ReservationFields(
                            text(random),
                            text(random),
                            text(random),
                            text(random),
                            text(random),
                            text(random));
            fields.read();
        }
    }

    private static String text(SplittableRandom random) {
        String alphabet = "0123456789.tcpud -\u0660\n\ud83d";
        var text = new StringBuilder();
        int length = random.nextInt(16);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
